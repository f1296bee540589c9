import { printTable } from '../measure.mjs';
import { cases, ways } from './cases.mjs';

/** Prints what was measured: every run, the cost of a further node against the conventional way, and sizes. */
export function printFormats(base, results) {
  console.log(`Base: ${megabytes(base.sizeBytes)} MB, ${megabytes(base.mappedBytes)} MB of them mapped.\n`);
  const latest = new Map(results.map((result) => [`${rowKey(result)}/${result.count}`, result]));
  const runs = [...latest.values()];
  printRuns(runs);
  printMarginal(runs);
  printSizes(runs);
}

const rowKey = ({ format, name }) => `${format}/${name}`;
const megabytes = (bytes) => (bytes / 1e6).toFixed(0);

function printRuns(runs) {
  const counts = [...new Set(runs.map(({ count }) => count))].toSorted((one, other) => one - other);
  const columns = (title) => counts.map((count, index) => (index === 0 ? `${title}, N = ${count}` : count));
  const ends = [counts[0], counts.at(-1)];
  printTable(
    [
      'format',
      'way',
      ...columns('wall s'),
      ...columns('CPU s'),
      'peak MB',
      `written MB, N = ${ends[0]}`,
      ends[1],
    ],
    rowsOf(runs).map((row) => {
      const cells = (wanted, show) =>
        wanted.map((count) => {
          const run = row.find((each) => each.count === count);
          return run === undefined ? '' : show(run);
        });
      return [
        `\`${row[0].format}\``,
        row[0].name,
        ...cells(counts, ({ wall }) => wall.toFixed(1)),
        ...cells(counts, ({ cpu }) => cpu.toFixed(1)),
        megabytes(Math.max(...row.map(({ peakBytes }) => peakBytes))),
        ...cells(ends, ({ writtenBytes }) => megabytes(writtenBytes)),
      ];
    }),
  );
}

/** Runs of one format and way, whatever their N, in the order of the formats and ways. */
function rowsOf(runs) {
  const [formats, wayNames] = [Object.keys(cases), Object.keys(ways)];
  const keys = [...new Set(runs.map(rowKey))];
  return keys
    .map((key) => runs.filter((run) => rowKey(run) === key))
    .toSorted(
      ([one], [other]) =>
        formats.indexOf(one.format) - formats.indexOf(other.format) ||
        wayNames.indexOf(one.way) - wayNames.indexOf(other.way),
    );
}

/** Cost of a further node: the slope between the smallest and the largest N that were measured. */
function slopeOf(runs, format, name) {
  const own = runs
    .filter((run) => run.format === format && run.name === name)
    .toSorted((one, other) => one.count - other.count);
  const [first, last] = [own[0], own.at(-1)];
  if (first === undefined) return null;
  const more = last.count - first.count;
  if (more === 0) return { cpu: first.cpu, wall: first.wall, from: 'N = 1' };
  return {
    cpu: (last.cpu - first.cpu) / more,
    wall: (last.wall - first.wall) / more,
    from: `N = ${first.count} to ${last.count}`,
  };
}

/** What does not hash is set against both ways of ours, what hashes against that which does, too. */
const comparedWith = { conventional: ['plain', 'ours'], hashed: ['ours'] };

function printMarginal(runs) {
  const rows = Object.entries(cases).flatMap(([format, { against = format, goals }]) => {
    const others = rowsOf(runs.filter((run) => run.format === against && run.other !== undefined));
    return others.flatMap(([{ name, way }]) =>
      comparedWith[way].flatMap((mine) => {
        const [here, there] = [slopeOf(runs, format, ways[mine]), slopeOf(runs, against, name)];
        if (here === null || there === null) return [];
        const compare = (what, goal) => [
          here[what].toFixed(2),
          there[what].toFixed(2),
          share(here[what] / there[what], goal),
        ];
        return [
          [
            `\`${format}\`: ${ways[mine]}`,
            name,
            ...compare('cpu', goals.cpu),
            ...compare('wall', goals.wall),
            there.from,
          ],
        ];
      }),
    );
  });
  if (rows.length === 0) return;
  console.log('\nEach further node:\n');
  printTable(
    ['dlimage', 'against', 'CPU s', 'its', 'share (goal)', 'wall s', 'its', 'share (goal)', 'its N'],
    rows,
  );
}

function share(value, goal) {
  const shown = `${(value * 100).toFixed(1)} %`;
  return goal === undefined ? shown : `${shown} (${goal * 100} %)`;
}

function printSizes(runs) {
  const rows = Object.entries(cases).flatMap(([format, { sizeOther }]) => {
    const mine = runs.find((run) => run.format === format && run.way === 'ours');
    const theirs = runs.find((run) => run.format === format && run.name === sizeOther);
    if (mine === undefined || theirs === undefined) return [];
    const more = ((mine.sizeBytes / theirs.sizeBytes - 1) * 100).toFixed(2);
    return [
      [
        format,
        mine.sizeBytes.toLocaleString('en'),
        `\`${sizeOther}\``,
        theirs.sizeBytes.toLocaleString('en'),
        `${more} %`,
      ],
    ];
  });
  if (rows.length > 0) {
    console.log('\nSizes:\n');
    printTable(['framed', 'bytes', 'one stream', 'bytes', 'more (goal 2 %)'], rows);
  }
  const patch = runs.find(({ format }) => format === 'dlpatch');
  if (patch !== undefined) console.log(`\nA .dlpatch has ${(patch.sizeBytes / 1024).toFixed(0)} KiB.`);
}
