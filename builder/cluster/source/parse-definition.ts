import {
  isAlias,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  YAMLParseError,
  type Document,
  type DocumentOptions,
  type ParseOptions,
  type SchemaOptions,
} from 'yaml';
import type { Diagnostic, Outcome, SourceText } from '../../report/diagnostic.ts';
import { error } from '../../report/finding.ts';
import { locateInDocument, positionOfRange } from './document-locator.ts';
import type { Locator } from './locator.ts';
import { goYamlTags } from './go-yaml.ts';
import { explainSyntaxErrors } from './syntax-errors.ts';

/** A YAML text as plain data (`{}` when nothing is written), with the place of everything in it. */
export interface ParsedDefinition {
  readonly tree: unknown;
  readonly locator: Locator;
}

/** Whose rules say what a plain value means: those of YAML 1.2, or of the parser that docker reads compose files with. */
export type YamlDialect = 'yaml-1.2' | 'docker';

const dialects: Readonly<Record<YamlDialect, ParseOptions & DocumentOptions & SchemaOptions>> = {
  'yaml-1.2': {},
  docker: { schema: 'core', customTags: goYamlTags },
};

/** Tags of YAML 1.1 that the parser still knows: it makes bytes, dates and sets of what stands behind them. */
const oldTags: ReadonlyMap<string, string> = new Map(
  ['binary', 'omap', 'pairs', 'set', 'timestamp'].map((name) => [`tag:yaml.org,2002:${name}`, `!!${name}`]),
);

/** More aliases than any hand-written definition has: beyond it, the text is an expansion bomb. */
const maxAliasCount = 10_000;

/**
 * Parses `cluster.yaml`, a profile, a base or a compose file: YAML 1.2 (or docker's dialect), one document, anchors,
 * aliases and merge keys allowed.
 *
 * Diagnostics: `yaml-encoding`, `yaml-syntax`, `yaml-tab`, `yaml-duplicate-key`, `yaml-several-documents`, `yaml-tag`,
 * `yaml-alias`, `yaml-complex-key`, and `yaml-key-not-text` in compose files. There is no value when the text could not
 * be understood.
 */
export function parseDefinition(
  { file, text }: SourceText,
  dialect: YamlDialect = 'yaml-1.2',
): Outcome<ParsedDefinition> {
  // Editors on Windows begin a file with a byte order mark, which is no column of its first line.
  const source = { file, text: text.replace(/^\uFEFF/, '') };
  const lines = new LineCounter();
  const undecoded = findUndecoded(source);
  if (undecoded !== undefined) return { diagnostics: [undecoded] };
  const document = parseDocument(source.text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    uniqueKeys: false,
    logLevel: 'error',
    ...dialects[dialect],
  });
  document.errors.push(...repeatedKeys(document));
  const { diagnostics, understood } = explainSyntaxErrors(source, lines, document);
  if (!understood) return { diagnostics };
  const broken = findBrokenReferences(source, lines, document, dialect);
  if (broken.length > 0) return { diagnostics: [...diagnostics, ...broken] };
  try {
    const tree: unknown = document.toJS({ maxAliasCount }) ?? {};
    return { value: { tree, locator: locateInDocument(source, document, lines) }, diagnostics };
  } catch (failure) {
    const reason = failure instanceof Error ? failure.message : String(failure);
    return { diagnostics: [...diagnostics, error('yaml-alias', undefined, `${source.file}: ${reason}`)] };
  }
}

/** The parser's own search compares each key with all others: minutes for a mapping of 100,000. */
function repeatedKeys(document: Document): YAMLParseError[] {
  const found: YAMLParseError[] = [];
  visit(document, {
    Map(_key, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const [start = 0, end = 0] = key.range ?? [];
        if (seen.has(key.value)) {
          found.push(new YAMLParseError([start, end], 'DUPLICATE_KEY', 'Map keys must be unique'));
        }
        seen.add(key.value);
      }
    },
  });
  return found;
}

/** The first character that is none in UTF-8: a reader puts U+FFFD in the place of bytes that it cannot decode. */
function findUndecoded(source: SourceText): Diagnostic | undefined {
  const found = /[\uFFFD\0]/.exec(source.text);
  if (found === null) return undefined;
  const lines = new LineCounter();
  for (const { index } of source.text.matchAll(/^/gm)) lines.addNewLine(index);
  const at = positionOfRange(source, lines, found.index, found.index + 1);
  const hint = 'save the file as UTF-8: iconv -f latin1 -t utf-8, or the encoding menu of your editor';
  return error('yaml-encoding', at, `${source.file} is not text in UTF-8`, hint);
}

/** Aliases without an anchor, aliases inside their own anchor, and keys that are lists or mappings. */
function findBrokenReferences(
  source: SourceText,
  lines: LineCounter,
  document: Document,
  dialect: YamlDialect,
): Diagnostic[] {
  const found: Diagnostic[] = [];
  const place = (range: readonly number[] | null | undefined) =>
    range ? positionOfRange(source, lines, range[0] ?? 0, range[1] ?? 0) : undefined;
  visit(document, {
    Node(_key, node) {
      const tag = isAlias(node) ? undefined : oldTags.get(node.tag ?? '');
      if (tag === undefined) return;
      found.push(error('yaml-tag', place(node.range), `${tag} means nothing here`, 'remove the tag'));
    },
    Alias(_key, alias, ancestors) {
      const target = alias.resolve(document);
      if (target === undefined) {
        const hint = `write &${alias.source} before the value it should repeat, above this line`;
        found.push(
          error(
            'yaml-alias',
            place(alias.range),
            `no anchor &${alias.source} stands before *${alias.source}`,
            hint,
          ),
        );
      } else if (ancestors.includes(target)) {
        found.push(
          error('yaml-alias', place(alias.range), `*${alias.source} stands inside the value it repeats`),
        );
      }
    },
    Pair(_key, pair) {
      if (isScalar(pair.key) && dialect === 'docker' && !isTextKey(pair.key.value)) {
        const at = place(pair.key.range);
        const message = 'Docker takes this key for a number, a boolean or nothing, and refuses it';
        found.push(error('yaml-key-not-text', at, message, 'put the key in quotes'));
      }
      if (isScalar(pair.key) || isAlias(pair.key) || pair.key === null) return;
      const range = isNode(pair.key) ? pair.key.range : undefined;
      found.push(
        error(
          'yaml-complex-key',
          place(range),
          'a key must be plain text, not a list or a mapping',
          'put the key in quotes if its first character is [ or {',
        ),
      );
    },
  });
  return found;
}

/** The parser makes a symbol of a merge key. */
function isTextKey(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'symbol';
}
