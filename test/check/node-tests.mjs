// `node test/check/node-tests.mjs [FOLDER...]`: the tests of the Python that runs on nodes, by folder of test/node; without one
// those that take seconds. The simulated swarm is a part of `npm test`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const named = process.argv.slice(2);
const env = { ...process.env, PYTHONPATH: join(root, 'overlays/agent/rootfs/usr/lib/dlimage') };
for (const folder of named.length > 0 ? named : ['agent', 'status', 'storage']) {
  const args = ['-B', '-m', 'unittest', 'discover', '-s', join(root, 'test/node', folder)];
  const { status } = spawnSync('python3', args, { stdio: 'inherit', env });
  if (status !== 0) process.exitCode = 1;
}
