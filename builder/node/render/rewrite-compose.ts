import { isAlias, isMap, isScalar, type Document } from 'yaml';
import type { DefinitionPath } from '../../cluster/source/definition-path.ts';
import type { ComposeChange, NetworkOptions } from '../../cluster/model/cluster.ts';
import { insertInto, nodeAt, parseCompose, replaceNode, type TextEdit } from './compose-document.ts';
import { setNetworkOptions } from './compose-networks.ts';

/** A config or secret that gets a name. */
export interface NamedObject {
  readonly section: 'configs' | 'secrets';
  readonly key: string;
  readonly name: string;
}

/** Changes to a compose file. */
export interface ComposeEdits {
  readonly changes: readonly ComposeChange[];
  /** `3.9`, to be written; null leaves the version alone. */
  readonly version: string | null;
  readonly named: readonly NamedObject[];
  /** Options for networks that set none themselves. */
  readonly networks: readonly NetworkOptions[];
}

/** The label by which the agent knows a config or secret whose old contents it may remove. */
const versionedLabel = 'dlimage.versioned';

/**
 * The text of a compose file with some values replaced. Everything else stays as its author wrote it, character by
 * character: comments, and numbers that YAML 1.1 and 1.2 read differently.
 */
export function rewriteCompose(written: string, edits: ComposeEdits): string {
  const text = written.replace(/^\uFEFF/, '');
  const document = parseCompose(text);
  const found = [
    ...edits.changes.flatMap(({ path, value }) => replaceValue(document, text, path, value)),
    ...edits.named.flatMap((object) => nameObject(document, text, object)),
    ...setNetworkOptions(document, text, edits.networks),
    ...(edits.version === null ? [] : setVersion(document, edits.version)),
  ];
  // The same anchor may be reached by several paths, and a mapping may get several keys.
  const unique = [...new Map(found.map((edit) => [JSON.stringify(edit), edit])).values()];
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
): TextEdit[] {
  const node = nodeAt(document, path);
  return isScalar(node) ? replaceNode(text, node, asWritten(value)) : [];
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

function nameObject(document: Document, text: string, { section, key, name }: NamedObject): TextEdit[] {
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

function setVersion(document: Document, version: string): TextEdit[] {
  const node = nodeAt(document, ['version']);
  if (isScalar(node) && node.range) {
    return [{ start: node.range[0], end: node.range[1], text: JSON.stringify(version) }];
  }
  return isMap(document.contents)
    ? insertInto(document.contents, [`version: ${JSON.stringify(version)}`])
    : [];
}
