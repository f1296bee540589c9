import { isAlias, isMap, isScalar, isSeq, parseDocument, type Document, type YAMLMap } from 'yaml';
import { goYamlTags } from '../definition/source/go-yaml.ts';
import type { DefinitionPath } from '../definition/source/definition-path.ts';
import type { ComposeChange } from '../definition/stacks/fill-compose.ts';

/** A config or secret that gets a name. */
export interface NamedObject {
  readonly section: 'configs' | 'secrets';
  readonly key: string;
  readonly name: string;
}

/** What becomes different in a compose file. */
export interface ComposeEdits {
  readonly changes: readonly ComposeChange[];
  /** `3.9`, to be written; null leaves the version alone. */
  readonly version: string | null;
  readonly named: readonly NamedObject[];
}

/** A piece of the text and what takes its place. Insertions have no length. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The label by which the agent knows a config or secret whose old contents it may remove. */
const versionedLabel = 'dlimage.versioned';

/**
 * The text of a compose file with some values replaced. Everything else stays as its author wrote it, character by
 * character: comments, and numbers that YAML 1.1 and 1.2 read differently.
 */
export function rewriteCompose(written: string, edits: ComposeEdits): string {
  const text = written.replace(/^\uFEFF/, '');
  const document = parseDocument(text, {
    schema: 'core',
    customTags: goYamlTags,
    merge: true,
    keepSourceTokens: true,
    logLevel: 'silent',
  });
  const found = [
    ...edits.changes.flatMap(({ path, value }) => replaceValue(document, text, path, value)),
    ...edits.named.flatMap((object) => nameObject(document, text, object)),
    ...(edits.version === null ? [] : setVersion(document, edits.version)),
  ];
  // The same anchor may be reached by several paths.
  const unique = [...new Map(found.map((edit) => [`${edit.start} ${edit.end}`, edit])).values()];
  return unique
    .toSorted((one, other) => other.start - one.start || other.end - one.end)
    .reduce(
      (result, { start, end, text: piece }) => result.slice(0, start) + piece + result.slice(end),
      text,
    );
}

function replaceValue(
  document: Document,
  text: string,
  path: DefinitionPath,
  value: ComposeChange['value'],
): Edit[] {
  const node = nodeAt(document, path);
  const range = isScalar(node) ? node.range : undefined;
  if (!range) return [];
  const [start, end] = range;
  const old = text.slice(start, end);
  // An empty value stands right behind its colon; a block scalar takes the end of its last line with it.
  const before = start === end && text[start - 1] !== ' ' ? ' ' : '';
  return [{ start, end, text: `${before}${asWritten(value)}${old.endsWith('\n') ? '\n' : ''}` }];
}

/** Docker fills in variables once more on the node, and makes one `$` of two. */
function asWritten(value: ComposeChange['value']): string {
  if (typeof value !== 'string') return String(value);
  // JSON lets these characters stand, YAML does not.
  return JSON.stringify(value.replaceAll('$', '$$$$')).replaceAll(
    /[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function nameObject(document: Document, text: string, { section, key, name }: NamedObject): Edit[] {
  const object = nodeAt(document, [section, key], false);
  const labels = `labels: { ${versionedLabel}: ${JSON.stringify(key)} }`;
  if (isAlias(object) && object.range) {
    const [start, end] = object.range;
    const alias = text.slice(start, end);
    // A space keeps the comma from becoming part of the alias.
    return [{ start, end, text: `{ <<: ${alias} , name: ${JSON.stringify(name)}, ${labels} }` }];
  }
  if (!isMap(object)) return [];
  const hasLabels = nodeAt(document, [section, key, 'labels']) !== undefined;
  return insertInto(object, [`name: ${JSON.stringify(name)}`, ...(hasLabels ? [] : [labels])]);
}

function setVersion(document: Document, version: string): Edit[] {
  const node = nodeAt(document, ['version']);
  if (isScalar(node) && node.range) {
    return [{ start: node.range[0], end: node.range[1], text: JSON.stringify(version) }];
  }
  return isMap(document.contents)
    ? insertInto(document.contents, [`version: ${JSON.stringify(version)}`])
    : [];
}

/** Writes lines before the first key of a mapping. */
function insertInto(map: YAMLMap, lines: readonly string[]): Edit[] {
  if (!map.range) return [];
  const [start] = map.range;
  if (map.flow === true) return [{ start: start + 1, end: start + 1, text: ` ${lines.join(', ')},` }];
  const indent = ' '.repeat(columnOf(map));
  return [{ start, end: start, text: lines.map((line) => `${line}\n${indent}`).join('') }];
}

/** Keys of a mapping in blocks stand below each other, so that each says how deep they are. */
function columnOf(map: YAMLMap): number {
  return map.srcToken !== undefined && 'indent' in map.srcToken ? Math.max(0, map.srcToken.indent) : 0;
}

/** The node at a path, through aliases and merged mappings; `isFollowed` false leaves an alias at its end as it is. */
function nodeAt(document: Document, path: DefinitionPath, isFollowed = true): unknown {
  const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  let node: unknown = document.contents;
  for (const part of path) node = childOf(document, resolve(node), part);
  return isFollowed ? resolve(node) : node;
}

function childOf(document: Document, node: unknown, part: string | number): unknown {
  if (isSeq(node)) return typeof part === 'number' ? node.items[part] : undefined;
  if (!isMap(node)) return undefined;
  const pair = node.items.findLast(({ key }) => isScalar(key) && key.value === part);
  if (pair !== undefined) return pair.value;
  for (const { key, value } of node.items) {
    if (!isScalar(key) || !isMergeKey(key.value)) continue;
    const merged = isAlias(value) ? value.resolve(document) : value;
    for (const from of isSeq(merged) ? merged.items : [merged]) {
      const inherited = childOf(document, isAlias(from) ? from.resolve(document) : from, part);
      if (inherited !== undefined) return inherited;
    }
  }
  return undefined;
}

/** The parser makes a symbol of it. */
function isMergeKey(value: unknown): boolean {
  return value === '<<' || (typeof value === 'symbol' && value.description === '<<');
}
