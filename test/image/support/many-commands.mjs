// Runs commands of dlimage one after the other in one process, which spares the loading of it for each:
// node many-commands.mjs, then a line {"cwd": ..., "args": [...]} each; answers {"exitCode", "stdout", "stderr"}.
import { createInterface } from 'node:readline';
import { setMaxListeners } from 'node:events';
import { createProgram } from '../../../dist/cli/program.js';
import { reportFailure } from '../../../dist/cli/report-failure.js';

setMaxListeners(0, process);
const answer = process.stdout.write.bind(process.stdout);

/** Commands end their lists and their hints with process.exit only where nothing is left to do. */
async function runOne({ cwd, args }) {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    process[name].write = (text) => {
      said[name] += text;
      return true;
    };
  }
  process.chdir(cwd);
  process.exitCode = 0;
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = reportFailure(error, { json: false, debug: true });
  }
  const exitCode = process.exitCode;
  process.exitCode = 0;
  return { exitCode, ...said };
}

for await (const line of createInterface({ input: process.stdin })) {
  answer(`${JSON.stringify(await runOne(JSON.parse(line)))}\n`);
}
