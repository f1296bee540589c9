import { isAlias, isMap, isScalar, isSeq, parseDocument, type Document, type Node, type YAMLMap } from 'yaml';
import { goYamlTags } from '../../cluster/source/go-yaml.ts';
import type { DefinitionPath } from '../../cluster/source/definition-path.ts';

/** A piece of the text and what takes its place. Insertions have no length. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Reads a compose file as Docker does, with the places of everything in its text. */
export function parseCompose(text: string): Document {
  return parseDocument(text, {
    schema: 'core',
    customTags: goYamlTags,
    merge: true,
    keepSourceTokens: true,
    logLevel: 'silent',
  });
}

/** Puts a text where a value stands, which may be empty. */
export function replaceNode(text: string, { range }: Node, piece: string): TextEdit[] {
  if (!range) return [];
  const [start, end] = range;
  // An empty value stands right behind its colon or before a comment.
  const before = start === end && text[start - 1] !== ' ' ? ' ' : '';
  const after = start === end && text[end] === '#' ? ' ' : '';
  // A block scalar takes the end of its last line with it.
  const lineEnd = text.slice(start, end).endsWith('\n') ? '\n' : '';
  return [{ start, end, text: before + piece + after + lineEnd }];
}

/** Writes lines before the first key of a mapping. */
export function insertInto(map: YAMLMap, lines: readonly string[]): TextEdit[] {
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
export function nodeAt(document: Document, path: DefinitionPath, isFollowed = true): unknown {
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
