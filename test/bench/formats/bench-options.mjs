import { parseArgs } from 'node:util';
import { cases, ways } from './cases.mjs';

/** What part of the table is wanted; see `usage`. */
export function parseOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      format: { type: 'string', multiple: true, default: Object.keys(cases) },
      way: { type: 'string', multiple: true, default: Object.keys(ways) },
      nodes: { type: 'string', default: '1,2,4,8' },
      keep: { type: 'string' },
    },
  });
  requireKnown(values.format, cases, '--format');
  requireKnown(values.way, ways, '--way');
  const counts = values.nodes.split(',').map(Number);
  if (!counts.every((count) => Number.isInteger(count) && count >= 1 && count <= mostNodes)) {
    throw new Error(`--nodes takes numbers from 1 to ${mostNodes}, with commas between them`);
  }
  return { formats: values.format, ways: values.way, counts, keep: values.keep };
}

/** Every build is of a cluster of this size, of which the first nodes are made. */
export const mostNodes = 8;

function requireKnown(names, known, flag) {
  const unknown = names.find((name) => known[name] === undefined);
  if (unknown === undefined) return;
  throw new Error(`${flag} ${unknown}: choose from ${Object.keys(known).join(', ')}`);
}
