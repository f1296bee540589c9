import { posix } from 'node:path';
import type { Diagnostic, SourceText } from '../../report/diagnostic.ts';
import type { HostPath, LookUpPath, Reference } from '../environment.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import type { Locator } from '../source/locator.ts';
import { parseDefinition } from '../source/parse-definition.ts';
import { readStackContent, type StackContent, type StackFile } from './stack-content.ts';

/** A stack as the definition names it, with its compose file as far as that can be read. */
export interface WrittenStack {
  readonly name: string;
  /** Where in the definition it stands. */
  readonly path: DefinitionPath;
  /** Path of the compose file, as written. */
  readonly file: string;
  readonly found: HostPath | undefined;
  readonly compose: ParsedStack | undefined;
  /** What is wrong with the YAML of the compose file. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A compose file that is YAML. */
export interface ParsedStack {
  readonly tree: unknown;
  readonly locator: Locator;
  readonly content: StackContent;
}

/** A file that a compose file names, with what the host found there. */
export interface FoundStackFile extends StackFile {
  readonly found: HostPath | undefined;
}

/** Where the definition's `stacks:` says that stacks are: a list of files, or names with files. */
export function listStacks(written: unknown): { name: string; path: DefinitionPath; file: string }[] {
  if (Array.isArray(written)) {
    return written.flatMap((file: unknown, index) =>
      typeof file === 'string' ? [{ name: stackNameOf(file), path: ['stacks', index], file }] : [],
    );
  }
  if (written === null || typeof written !== 'object') return [];
  return Object.entries(written).flatMap(([name, file]: [string, unknown]) =>
    typeof file === 'string' ? [{ name, path: ['stacks', name], file }] : [],
  );
}

/** Reads the compose files that the host has found. */
export function readStacks(written: unknown, lookUp: LookUpPath): WrittenStack[] {
  return listStacks(written).map(({ name, path, file }) => {
    const found = lookUp({ purpose: 'stack', written: file, from: 'definition' });
    const { value, diagnostics } =
      found?.text === undefined ? { diagnostics: [] } : parseDefinition({ file, text: found.text });
    const compose = value === undefined ? undefined : { ...value, content: readStackContent(value.tree) };
    return { name, path, file, found, compose, diagnostics };
  });
}

/** The texts of the compose files, for reports that point into them. */
export function stackSources(paths: readonly HostPath[]): SourceText[] {
  return paths.flatMap(({ purpose, written, text }) =>
    purpose === 'stack' && text !== undefined ? [{ file: written, text }] : [],
  );
}

/** What the compose files name, so that the host can look at it as well. */
export function stackReferences(paths: readonly HostPath[]): Reference[] {
  const references = stackSources(paths).flatMap(({ file, text }) => {
    const parsed = parseDefinition({ file, text });
    return parsed.value === undefined
      ? []
      : readStackContent(parsed.value.tree).files.map((one) => stackFileReference(file, one));
  });
  return [...new Map(references.map((reference) => [reference.written, reference])).values()];
}

/** The files that a stack names, with what the host found there. */
export function stackFilesOf({ file, compose }: WrittenStack, lookUp: LookUpPath): FoundStackFile[] {
  return (compose?.content.files ?? []).map((one) => ({
    ...one,
    found: lookUp(stackFileReference(file, one)),
  }));
}

/** Docker takes such paths from the folder of the compose file. */
function stackFileReference(stack: string, { file }: StackFile): Reference {
  const written = /^[/~]/.test(file) ? file : posix.join(posix.dirname(stack), file);
  return { purpose: 'stack-file', written, from: 'definition' };
}

/** `web` of `./web.yaml`; of a file with the name that compose files always have, the name of its folder. */
function stackNameOf(file: string): string {
  const parts = file.split('/');
  const base = (parts.at(-1) ?? '').replace(/\.ya?ml$/, '');
  const folder = parts.at(-2) ?? '.';
  const isUsualName = /^(docker-)?(compose|stack)$/.test(base);
  return isUsualName && !/^\.*$|^~$/.test(folder) ? folder : base;
}
