import type { SourceText } from '../../report/diagnostic.ts';
import type { HostPath, LookUpPath } from '../model/environment.ts';
import { parseEnvFile, type EnvFile } from './env-file.ts';
import { stackFilesOf, type WrittenStack } from './written-stack.ts';

/** A file of `env_file:` that the host has read. */
export interface WrittenEnvFile {
  /** From the folder of the definition. */
  readonly source: SourceText;
  readonly content: EnvFile;
  readonly isUndecodable: boolean;
  /** A config or secret of the stack is made of it, too. */
  readonly isShared: boolean;
}

/** The files of `env_file:` of a stack, each once. Those that cannot be read are left out. */
export function envFilesOf(stack: WrittenStack, lookUp: LookUpPath): WrittenEnvFile[] {
  const named = stack.files.flatMap((file) => stackFilesOf(stack, file, lookUp));
  const others = new Set(
    named.flatMap(({ kind, found }) => (kind === 'env_file' || found === undefined ? [] : [found.realPath])),
  );
  const files = named.flatMap(({ kind, found }) => {
    if (kind !== 'env_file' || found?.text === undefined) return [];
    const source = { file: found.written, text: found.text };
    const { isUndecodable = false } = found;
    const content = parseEnvFile(source);
    return [
      [found.written, { source, content, isUndecodable, isShared: others.has(found.realPath) }] as const,
    ];
  });
  return [...new Map(files).values()];
}

/** Names of the variables whose values a stack takes at the build, sorted. */
export function usedVariables(stack: WrittenStack, lookUp: LookUpPath): string[] {
  const inCompose = stack.files.flatMap(({ compose }) => compose?.filled.variables ?? []);
  const inFiles = envFilesOf(stack, lookUp).flatMap(({ content }) => content.names);
  return [...new Set([...inCompose, ...inFiles].map(({ name }) => name))].toSorted();
}

/** Names without a value in the files of `env_file:` that were found. */
export function envFileNames(paths: readonly HostPath[]): string[] {
  const names = envFileSources(paths).flatMap((source) => parseEnvFile(source).names);
  return [...new Set(names.map(({ name }) => name))];
}

/** The texts of the files of `env_file:` that were found. */
export function envFileSources(paths: readonly HostPath[]): SourceText[] {
  return paths.flatMap(({ purpose, written, text }) =>
    purpose === 'stack-env-file' && text !== undefined
      ? [{ file: written, text: text.replace(/^\uFEFF/, '') }]
      : [],
  );
}
