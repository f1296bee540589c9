// `node test/check/run.mjs SCRIPT...`: runs scripts of package.json side by side, as many as there are cores, and shows
// each one's output in one piece once it has ended. Fails when one of them fails; the others go on to their end.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const waiting = process.argv.slice(2);
const unknown = waiting.filter((name) => scripts[name] === undefined);
if (waiting.length === 0 || unknown.length > 0) {
  console.error(
    `usage: node test/check/run.mjs SCRIPT...; package.json has no script named ${unknown.join(', ')}`,
  );
  process.exit(2);
}

const env = {
  ...process.env,
  PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}`,
  // Its output goes through a pipe, where programs leave out their colours.
  ...(process.stdout.isTTY && process.env.NO_COLOR === undefined ? { FORCE_COLOR: '1' } : {}),
};
const failed = [];

await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker));
console.log(failed.length === 0 ? '\nchecks: all good' : `\nchecks: failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;

async function worker() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const began = performance.now();
    const { isGood, output } = await run(scripts[name]);
    if (!isGood) failed.push(name);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${isGood ? 'good  ' : 'FAILED'}  ${name}  ${seconds} s`);
    if (output.trim() !== '') process.stdout.write(output.endsWith('\n') ? output : `${output}\n`);
  }
}

/** Not by npm, which takes half a second to start. */
function run(command) {
  return new Promise((resolve) => {
    const chunks = [];
    const child = spawn(command, { cwd: root, env, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => resolve({ isGood: false, output: String(error) }));
    child.on('close', (code) => resolve({ isGood: code === 0, output: Buffer.concat(chunks).toString() }));
  });
}
