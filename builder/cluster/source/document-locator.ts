import { isAlias, isMap, isNode, isScalar, isSeq, type Document, type LineCounter, type Pair } from 'yaml';
import type { Position, SourceText } from '../../report/diagnostic.ts';
import { showPath, type DefinitionPath } from './definition-path.ts';
import type { Locator } from './locator.ts';

/** What stands at a path: the node itself, and the pair it is the value of. */
interface Found {
  readonly node: unknown;
  readonly pair: Pair | undefined;
}

/** A locator over one parsed YAML document. Aliases and merge keys are followed to where the value was written. */
export function locateInDocument(source: SourceText, document: Document, lines: LineCounter): Locator {
  const place = (node: unknown): Position | undefined => placeOf(source, lines, node);
  const find = (path: DefinitionPath): Found | undefined => findNode(document, path);

  const value = (path: DefinitionPath): Position | undefined => {
    const found = find(path);
    // What is missing at the top level has no place: pointing at the whole file would say nothing.
    if (found === undefined) return path.length <= 1 ? undefined : key(path.slice(0, -1));
    return isEmptyValue(found.node) ? place(found.pair?.key) : place(found.node);
  };
  const key = (path: DefinitionPath): Position | undefined => {
    const found = find(path);
    return found?.pair === undefined ? value(path) : place(found.pair.key);
  };
  return {
    value,
    key,
    name: showPath,
    has: (path) => find(path) !== undefined,
    text: (path) => {
      const node = find(path)?.node;
      const range = isScalar(node) ? node.range : undefined;
      return range ? source.text.slice(range[0], range[1]) : undefined;
    },
  };
}

function findNode(document: Document, path: DefinitionPath): Found | undefined {
  let found: Found = { node: document.contents, pair: undefined };
  for (const part of path) {
    const next = stepInto(document, followAlias(document, found.node), part);
    if (next === undefined) return undefined;
    found = next;
  }
  return found;
}

function stepInto(document: Document, node: unknown, part: string | number): Found | undefined {
  if (isSeq(node)) {
    const item = typeof part === 'number' ? node.items[part] : undefined;
    return item === undefined ? undefined : { node: item, pair: undefined };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.findLast((candidate) => keyText(candidate) === String(part));
  if (pair !== undefined) return { node: pair.value, pair };
  for (const candidate of node.items) {
    if (keyText(candidate) !== '<<') continue;
    const merged = followAlias(document, candidate.value);
    for (const from of isSeq(merged) ? merged.items : [merged]) {
      const inherited = stepInto(document, followAlias(document, from), part);
      if (inherited !== undefined) return inherited;
    }
  }
  return undefined;
}

function followAlias(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function keyText(pair: Pair): string | undefined {
  if (!isScalar(pair.key)) return undefined;
  const { value } = pair.key;
  // The parser makes a symbol of a merge key.
  if (typeof value === 'symbol') return value.description;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isEmptyValue(node: unknown): boolean {
  return node === null || (isScalar(node) && node.range !== undefined && node.range?.[0] === node.range?.[1]);
}

/** A range of the text as a position; one that spans lines is cut at the end of its first line. */
export function positionOfRange(
  source: SourceText,
  lines: LineCounter,
  start: number,
  end: number,
): Position {
  const { line, col } = lines.linePos(start);
  const firstLine = source.text.slice(start, Math.max(start, end)).split(/\r?\n/, 1)[0] ?? '';
  return {
    file: source.file,
    line: Math.max(1, line),
    column: Math.max(1, col),
    length: Math.max(1, firstLine.trimEnd().length),
  };
}

function placeOf(source: SourceText, lines: LineCounter, node: unknown): Position | undefined {
  const range = isNode(node) ? node.range : undefined;
  return range ? positionOfRange(source, lines, range[0], range[1]) : undefined;
}
