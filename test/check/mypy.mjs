// `node test/check/mypy.mjs`: checks the types of the Python that runs on nodes, where mypy is installed; in CI it has to be.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const library = join(root, 'overlays/agent/rootfs/usr/lib/dlimage');
const programs = [
  'agent/rootfs/usr/bin/dlimage-node',
  'storage-glusterfs-server/rootfs/usr/lib/dlimage/prepare-brick-disk',
  'storage-mount/rootfs/usr/lib/dlimage/mount-storage',
  'swarm/rootfs/usr/lib/dlimage/mend-docker-state',
];
const cache = join(root, 'node_modules/.cache/mypy');
const options = ['--strict', '--scripts-are-modules', '--no-error-summary', '--cache-dir', cache];
const files = [join(library, 'dlimage_node'), ...programs.map((path) => join(root, 'overlays', path))];
const env = { ...process.env, MYPYPATH: library };
const { error, status } = spawnSync('mypy', [...options, ...files], { stdio: 'inherit', env });
if (error?.code === 'ENOENT' && process.env.CI !== 'true')
  console.log('mypy is not installed: ./setup --dev');
else process.exitCode = status ?? 1;
