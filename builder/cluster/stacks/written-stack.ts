import { posix } from 'node:path';
import type { Diagnostic, SourceText } from '../../report/diagnostic.ts';
import type { Environment, HostPath, LookUpPath, Reference } from '../model/environment.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import type { Locator } from '../source/locator.ts';
import { parseDefinition } from '../source/parse-definition.ts';
import { fillCompose, type FilledCompose } from './fill-compose.ts';
import { listStacks } from './list-stacks.ts';
import { readStackContent, type StackContent, type StackFile } from './stack-content.ts';
import {
  stackVariables,
  variableFileReferences,
  variableNames,
  type StackVariables,
} from './stack-variables.ts';

/** A stack as the definition names it, with its compose files as far as they can be read. */
export interface WrittenStack {
  readonly name: string;
  /** Its place in the definition. */
  readonly path: DefinitionPath;
  /** In the order that Docker merges them in. */
  readonly files: readonly ComposeFile[];
  /** The folder that paths in its compose files start at. */
  readonly folder: string;
  readonly variables: StackVariables;
}

/** One compose file of a stack. */
export interface ComposeFile {
  /** Its place in the definition. */
  readonly path: DefinitionPath;
  /** Path of the compose file, as written. */
  readonly file: string;
  readonly found: HostPath | undefined;
  readonly compose: ParsedCompose | undefined;
  /** YAML errors of the compose file. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A compose file that is YAML. */
export interface ParsedCompose {
  readonly text: string;
  /** With its variables filled in. */
  readonly tree: unknown;
  readonly locator: Locator;
  readonly filled: FilledCompose;
  readonly content: StackContent;
}

/** A file that a compose file names, with what the host found there. */
export interface FoundStackFile extends StackFile {
  readonly found: HostPath | undefined;
}

const known = new WeakMap<Environment, Map<string, WrittenStack[]>>();

/** Reads the compose files that the host has found. What was read before is not read again. */
export function readStacks(written: unknown, lookUp: LookUpPath, environment: Environment): WrittenStack[] {
  const read = known.get(environment) ?? new Map<string, WrittenStack[]>();
  known.set(environment, read);
  const key = JSON.stringify(written) ?? '';
  const stacks =
    read.get(key) ??
    listStacks(written).map((listed): WrittenStack => {
      const folder = folderOf(listed.files);
      const variables = stackVariables(folder, lookUp, environment);
      const files = listed.files.map(({ path, file }) => readComposeFile(path, file, lookUp, variables));
      return { name: listed.name, path: listed.path, files, folder, variables };
    });
  read.set(key, stacks);
  return stacks;
}

function readComposeFile(
  path: DefinitionPath,
  file: string,
  lookUp: LookUpPath,
  variables: StackVariables,
): ComposeFile {
  const found = lookUp({ purpose: 'stack', written: file, from: 'definition' });
  if (found?.text === undefined) return { path, file, found, compose: undefined, diagnostics: [] };
  const { value, diagnostics } = parseDefinition({ file, text: found.text }, 'docker');
  if (value === undefined) return { path, file, found, compose: undefined, diagnostics };
  const filled = fillCompose(value.tree, variables.lookUp);
  const { tree } = filled;
  const content = readStackContent(tree);
  const compose = { text: found.text, tree, locator: value.locator, filled, content };
  return { path, file, found, compose, diagnostics };
}

/** The compose files of stacks, so that the host can read them. */
export function composeReferences(written: unknown): Reference[] {
  return listStacks(written).flatMap(({ files }) =>
    files.map(({ file }): Reference => {
      return { purpose: 'stack', written: file, from: 'definition', folder: folderOf(files) };
    }),
  );
}

/** The texts of the compose files, for reports that point into them. */
export function stackSources(paths: readonly HostPath[]): SourceText[] {
  const texts = paths.flatMap(({ purpose, written, text }) =>
    purpose === 'stack' && text !== undefined ? [[written, { file: written, text }] as const] : [],
  );
  return [...new Map(texts).values()];
}

/** The `.env` files beside the compose files that were found. */
export function stackVariableReferences(paths: readonly HostPath[]): Reference[] {
  return unique(foundStacks(paths).flatMap(({ folder }) => variableFileReferences(folder)));
}

/** Names of the variables in the compose files that were found. */
export function stackVariableNames(paths: readonly HostPath[]): string[] {
  return [...new Set(foundStacks(paths).flatMap(({ tree }) => variableNames(tree)))];
}

/** Files that the compose files name, for the host to look at. `.env` files must have been found before. */
export function stackReferences(environment: Environment, lookUp: LookUpPath): Reference[] {
  const references = foundStacks(environment.paths).flatMap(({ folder, tree }) => {
    const { lookUp: variable } = stackVariables(folder, lookUp, environment);
    return readStackContent(fillCompose(tree, variable).tree).files.map((one) =>
      stackFileReference(folder, one),
    );
  });
  return unique(references);
}

/** The files that a compose file of a stack names, with what the host found there. */
export function stackFilesOf(
  { folder }: WrittenStack,
  { compose }: ComposeFile,
  lookUp: LookUpPath,
): FoundStackFile[] {
  return (compose?.content.files ?? []).map((one) => ({
    ...one,
    found: lookUp(stackFileReference(folder, one)),
  }));
}

function foundStacks(paths: readonly HostPath[]): { folder: string; tree: unknown }[] {
  return paths.flatMap(({ purpose, written, text, folder = posix.dirname(written) }) => {
    if (purpose !== 'stack' || text === undefined) return [];
    const { value } = parseDefinition({ file: written, text }, 'docker');
    return value === undefined ? [] : [{ folder, tree: value.tree }];
  });
}

function unique(references: readonly Reference[]): Reference[] {
  return [
    ...new Map(
      references.map((reference) => [`${reference.purpose} ${reference.written}`, reference]),
    ).values(),
  ];
}

/** Docker takes such paths from the folder of the first compose file. */
function stackFileReference(folder: string, { file, kind }: StackFile): Reference {
  const written = /^[/~]/.test(file) ? file : posix.join(folder, file);
  const purpose = kind === 'env_file' ? 'stack-env-file' : 'stack-file';
  return { purpose, written, from: 'definition' };
}

function folderOf(files: readonly { readonly file: string }[]): string {
  return posix.dirname(files[0]?.file ?? '.');
}
