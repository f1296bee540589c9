import { posix } from 'node:path';
import type { SourceText } from '../../report/diagnostic.ts';
import type { Environment, HostPath, LookUpPath, Reference } from '../model/environment.ts';
import { fillCompose } from './fill-compose.ts';
import { parseVariableFile } from './variable-file.ts';
import type { VariableLookup } from './variable-template.ts';

/** Origin of a variable's value: the environment of the build, or a `.env` file. */
export type VariableOrigin =
  { readonly from: 'environment' } | { readonly from: 'file'; readonly file: string };

/** The values that the variables of a stack have. */
export interface StackVariables {
  readonly lookUp: VariableLookup;
  readonly originOf: (name: string) => VariableOrigin | undefined;
}

/** The `.env` files that may give values to a stack, the nearest first: beside its first compose file, and beside the definition. */
export function variableFileReferences(folder: string): Reference[] {
  const files = new Set([posix.join(folder, '.env'), '.env']);
  return [...files].map((written) => ({ purpose: 'stack-variables', written, from: 'definition' }));
}

/** As docker compose does it: the environment of the build counts before any file. */
export function stackVariables(
  folder: string,
  lookUp: LookUpPath,
  { variables = {} }: Environment,
): StackVariables {
  const files = variableFileReferences(folder).flatMap((reference) => {
    const text = lookUp(reference)?.text;
    return text === undefined
      ? []
      : [{ file: reference.written, ...parseVariableFile({ file: reference.written, text }) }];
  });
  const originOf = (name: string): VariableOrigin | undefined => {
    if (Object.hasOwn(variables, name)) return { from: 'environment' };
    const file = files.find(({ values }) => values.has(name))?.file;
    return file === undefined ? undefined : { from: 'file', file };
  };
  const value = (name: string): string | undefined =>
    Object.hasOwn(variables, name)
      ? variables[name]
      : files.find(({ values }) => values.has(name))?.values.get(name);
  return { lookUp: value, originOf };
}

/** Names of all variables in the tree of a compose file. */
export function variableNames(tree: unknown): string[] {
  return [...new Set(fillCompose(tree, () => undefined).variables.map(({ name }) => name))];
}

/** The texts of the `.env` files that were found. */
export function variableSources(paths: readonly HostPath[]): SourceText[] {
  return paths.flatMap(({ purpose, written, text }) =>
    purpose === 'stack-variables' && text !== undefined ? [{ file: written, text }] : [],
  );
}
