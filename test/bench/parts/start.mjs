import { fileURLToPath } from 'node:url';
import { compareCommands, printTable } from '../measure.mjs';

const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const goalMilliseconds = 200;

/** How long `dlimage --version` takes, next to Node itself doing nothing. */
export async function run() {
  const commands = [
    { name: 'node -e 0', program: 'node', args: ['-e', '0'] },
    { name: 'dlimage --version', program: 'node', args: [main, '--version'] },
    { name: 'dlimage --help', program: 'node', args: [main, '--help'] },
  ];
  const medians = compareCommands(commands, 15);
  printTable(
    ['command', 'median of 15', 'ratio to node'],
    commands.map(({ name }, index) => [
      name,
      `${medians[index].toFixed(0)} ms`,
      (medians[index] / medians[0]).toFixed(2),
    ]),
  );
  console.log(
    `\nGoal: --version under ${goalMilliseconds} ms: ${medians[1] < goalMilliseconds ? 'met' : 'MISSED'}`,
  );
}
