import { isAlias, isMap, isScalar, type Document } from 'yaml';
import { mtuOption, type NetworkMtu } from '../definition/stacks/network-mtu.ts';
import { insertInto, nodeAt, replaceNode, type Edit } from './compose-document.ts';

/** Gives networks of a compose file an MTU, and declares those that it lacks. */
export function setMtu(document: Document, text: string, { bytes, networks }: NetworkMtu): Edit[] {
  const option = `${mtuOption}: "${bytes}"`;
  const isThere = (key: string): boolean => nodeAt(document, ['networks', key], false) !== undefined;
  const missing = networks.filter((key) => !isThere(key));
  return [
    ...networks.filter(isThere).flatMap((key) => addOption(document, text, key, option)),
    ...declare(document, missing, option),
  ];
}

function declare(document: Document, missing: readonly string[], option: string): Edit[] {
  const lines = missing.map((key) => `${key}: { driver_opts: { ${option} } }`);
  const section = nodeAt(document, ['networks']);
  if (lines.length === 0) return [];
  if (isMap(section)) return insertInto(section, lines);
  return isMap(document.contents) ? insertInto(document.contents, [`networks: { ${lines.join(', ')} }`]) : [];
}

function addOption(document: Document, text: string, key: string, option: string): Edit[] {
  const network = nodeAt(document, ['networks', key], false);
  const options = nodeAt(document, ['networks', key, 'driver_opts'], false);
  return options === undefined
    ? addTo(document, text, network, `driver_opts: { ${option} }`)
    : addTo(document, text, options, option);
}

/** Adds an entry to a mapping, which may be empty or an alias. */
function addTo(document: Document, text: string, node: unknown, entry: string): Edit[] {
  if (isMap(node)) return insertInto(node, [entry]);
  if (!isAlias(node) && !isScalar(node)) return [];
  const isMerged = isAlias(node) && isMap(node.resolve(document));
  // A space keeps the comma from becoming part of the alias.
  const rest = isMerged ? `<<: *${node.source} , ` : '';
  return replaceNode(text, node, `{ ${rest}${entry} }`);
}
