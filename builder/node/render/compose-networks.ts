import { isAlias, isMap, isScalar, type Document } from 'yaml';
import type { NetworkOptions } from '../../cluster/model/cluster.ts';
import { insertInto, nodeAt, replaceNode, type TextEdit } from './compose-document.ts';

/** Gives networks of a compose file options, and declares those that it lacks. */
export function setNetworkOptions(
  document: Document,
  text: string,
  networks: readonly NetworkOptions[],
): TextEdit[] {
  const isThere = ({ key }: NetworkOptions): boolean =>
    nodeAt(document, ['networks', key], false) !== undefined;
  const missing = networks.filter((network) => !isThere(network));
  return [
    ...networks.filter(isThere).flatMap((network) => addOptions(document, text, network)),
    ...declare(document, missing),
  ];
}

function written({ options }: NetworkOptions): string[] {
  return Object.entries(options).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
}

function declare(document: Document, missing: readonly NetworkOptions[]): TextEdit[] {
  const lines = missing.map(
    (network) => `${network.key}: { driver_opts: { ${written(network).join(', ')} } }`,
  );
  const section = nodeAt(document, ['networks']);
  if (lines.length === 0) return [];
  if (isMap(section)) return insertInto(section, lines);
  return isMap(document.contents) ? insertInto(document.contents, [`networks: { ${lines.join(', ')} }`]) : [];
}

function addOptions(document: Document, text: string, network: NetworkOptions): TextEdit[] {
  const node = nodeAt(document, ['networks', network.key], false);
  const options = nodeAt(document, ['networks', network.key, 'driver_opts'], false);
  const entries = written(network);
  return options === undefined
    ? addTo(document, text, node, [`driver_opts: { ${entries.join(', ')} }`])
    : addTo(document, text, options, entries);
}

/** Adds entries to a mapping, which may be empty or an alias. */
function addTo(document: Document, text: string, node: unknown, entries: readonly string[]): TextEdit[] {
  if (isMap(node)) return insertInto(node, [...entries]);
  if (!isAlias(node) && !isScalar(node)) return [];
  const isMerged = isAlias(node) && isMap(node.resolve(document));
  // A space keeps the comma from becoming part of the alias.
  const rest = isMerged ? `<<: *${node.source} , ` : '';
  return replaceNode(text, node, `{ ${rest}${entries.join(', ')} }`);
}
