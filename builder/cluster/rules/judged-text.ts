import { posix } from 'node:path';
import type { Position, SourceText } from '../../report/diagnostic.ts';
import type { HostPath } from '../model/environment.ts';
import { redactSecrets } from '../../report/redact-secrets.ts';
import { fileTargets, type FileTarget } from './file-targets.ts';
import { ownedPaths } from './node-paths.ts';
import type { RuleContext } from './rule.ts';
import { readerOf, type Reader } from '../contents/judged-places.ts';

/** A file of the user's that a program of the node reads. */
export interface JudgedText {
  readonly target: FileTarget;
  readonly reader: Reader;
  /** Path as the definition would write it. */
  readonly file: string;
  /** Undefined where it is too long to be judged. */
  readonly text: string | undefined;
}

/** The files that programs of the node read, with what is in them. */
export function* judgedTexts(context: RuleContext): Iterable<JudgedText> {
  const { written, lookUp } = context;
  for (const target of fileTargets(context)) {
    // What is refused by its place already is judged by that alone.
    const isOurs = ownedPaths.some(({ path }) => path === target.path);
    const reader = target.kind === 'file' && !isOurs ? readerOf(target.path) : undefined;
    const source = written.files?.[target.index]?.source;
    if (reader === undefined || source === undefined) continue;
    const found = lookUp({ purpose: 'extra-file', written: source, from: 'definition' });
    if (found === undefined || !['file', 'directory'].includes(found.kind)) continue;
    const { item } = target;
    const file = item === undefined ? source : posix.join(source, item.relativePath);
    yield { target, reader, file, text: item === undefined ? found.text : item.text };
  }
}

/** The same texts for reports that point into them, secrets covered. */
export function judgedSources(paths: readonly HostPath[]): SourceText[] {
  return paths.flatMap(({ purpose, written, text, items = [] }) => {
    if (purpose !== 'extra-file') return [];
    const inFolder = items.flatMap((item) =>
      item.text === undefined ? [] : [{ file: posix.join(written, item.relativePath), text: item.text }],
    );
    const all = text === undefined ? inFolder : [{ file: written, text }, ...inFolder];
    return all.map(coverSettings);
  });
}

/** Units hold secrets behind `Environment=`, and nothing says which. */
function coverSettings(source: SourceText): SourceText {
  const { file, text } = redactSecrets(source);
  const covered = text.replaceAll(
    /^([ \t]*(?:Environment|PassEnvironment|SetCredential\w*|ExecStart\w*)[ \t]*=)(.*)$/gm,
    (_, kept: string, rest: string) => kept + rest.replaceAll(/\S/g, '*'),
  );
  return { file, text: covered };
}

/** Position of something in a file. Offsets and lengths are UTF-16 code units. */
export function placeInText(file: string, text: string, offset: number, length: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, length };
}
