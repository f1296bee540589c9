import { spawnSync } from 'node:child_process';

/** Middle value of numbers. */
export function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}

/** Wall time of a command in milliseconds. Throws when it fails. */
export function timeCommand(program, args, options = {}) {
  const start = performance.now();
  const result = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], ...options });
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${result.stderr.toString()}`);
  return performance.now() - start;
}

/** Medians of several commands, run in turn, so that whatever else the machine does falls on all of them. */
export function compareCommands(commands, rounds) {
  const times = commands.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { program, args, options }] of commands.entries()) {
      times[index].push(timeCommand(program, args, options));
    }
  }
  return times.map(median);
}

/** Prints rows below a header as a Markdown table. */
export function printTable(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  console.log([line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n'));
}
