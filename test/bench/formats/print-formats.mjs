import { printTable } from '../measure.mjs';
import { cases, ways } from './cases.mjs';

/** Prints what was measured: every run, the cost of a further node against the conventional way, and sizes. */
export function printFormats(base, results) {
  const [size, mapped] = [base.sizeBytes, base.mappedBytes].map((bytes) => (bytes / 1e6).toFixed(0));
  console.log(`Base: ${size} MB, ${mapped} MB of them mapped.\n`);
  const latest = new Map(results.map((result) => [key(result), result]));
  const runs = [...latest.values()];
  printRuns(runs);
  printMarginal(runs);
  printSizes(runs);
}

const key = ({ format, name, count }) => `${format}/${name}/${count}`;

function printRuns(runs) {
  const order = Object.keys(cases);
  const sorted = runs.toSorted(
    (one, other) =>
      order.indexOf(one.format) - order.indexOf(other.format) ||
      one.name.localeCompare(other.name) ||
      one.count - other.count,
  );
  printTable(
    ['format', 'way', 'N', 'wall s', 'CPU s', 'peak MB', 'written MB'],
    sorted.map(({ format, name, count, wall, cpu, peakBytes, writtenBytes }) => [
      format,
      name,
      count,
      wall.toFixed(1),
      cpu.toFixed(1),
      (peakBytes / 1e6).toFixed(0),
      (writtenBytes / 1e6).toFixed(0),
    ]),
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

function printMarginal(runs) {
  const rows = Object.entries(cases).flatMap(([format, { against = format, goals }]) => {
    const others = new Map(
      runs
        .filter((run) => run.format === against && run.other !== undefined)
        .map((run) => [run.name, run.way]),
    );
    const pairs = [...others].flatMap(([other, way]) =>
      (way === 'hashed' ? [ways.ours] : [ways.ours, ways.plain]).map((mine) => [mine, other]),
    );
    return pairs.flatMap(([mine, other]) => {
      const [here, there] = [slopeOf(runs, format, mine), slopeOf(runs, against, other)];
      if (here === null || there === null) return [];
      return [
        [
          `${format}: ${mine}`,
          other,
          `${here.cpu.toFixed(2)} / ${there.cpu.toFixed(2)}`,
          share(here.cpu / there.cpu, goals.cpu),
          `${here.wall.toFixed(2)} / ${there.wall.toFixed(2)}`,
          share(here.wall / there.wall, goals.wall),
          there.from,
        ],
      ];
    });
  });
  console.log('\nEach further node:\n');
  printTable(['dlimage', 'against', 'CPU s', 'share', 'wall s', 'share', 'the other measured at'], rows);
}

function share(value, goal) {
  const shown = `${(value * 100).toFixed(1)} %`;
  return goal === undefined ? shown : `${shown} (goal ${goal * 100} %)`;
}

function printSizes(runs) {
  const rows = Object.entries(cases).flatMap(([format, { sizeOther }]) => {
    const mine = runs.find((run) => run.format === format && run.way === 'ours');
    const theirs = runs.find((run) => run.format === format && run.name === sizeOther);
    if (mine === undefined || theirs === undefined) return [];
    const more = ((mine.sizeBytes / theirs.sizeBytes - 1) * 100).toFixed(2);
    return [[format, mine.sizeBytes, sizeOther, theirs.sizeBytes, `${more} %`]];
  });
  if (rows.length > 0) {
    console.log('\nSizes:\n');
    printTable(['framed', 'bytes', 'one stream', 'bytes', 'more (goal 2 %)'], rows);
  }
  const patch = runs.find(({ format }) => format === 'dlpatch');
  if (patch !== undefined) console.log(`\nA .dlpatch has ${(patch.sizeBytes / 1024).toFixed(0)} KiB.`);
}
