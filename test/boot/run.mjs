// `npm run test:boot [-- --all] [vitest's own arguments]`: with --all also what takes long.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const args = process.argv.slice(2).filter((arg) => arg !== '--all');
const env = { ...process.env, ...(process.argv.includes('--all') ? { DLIMAGE_BOOT_ALL: '1' } : {}) };
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const result = spawnSync(process.execPath, [vitest, 'run', '--project', 'boot-*', ...args], {
  stdio: 'inherit',
  env,
});
process.exit(result.status ?? 1);
