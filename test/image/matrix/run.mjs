// `npm run test:images [-- [--all] [--seed N] [--count N] [vitest's own arguments]]`: with --all 500 images in place of 50.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const others = process.argv.slice(2);
/** Takes an option out of what vitest gets. */
const take = (name, length) => {
  const index = others.indexOf(`--${name}`);
  return index < 0 ? undefined : others.splice(index, length).at(-1);
};
const seed = take('seed', 2);
const count = take('count', 2);
const isAll = take('all', 1) !== undefined;
const wanted = count ?? (isAll ? '500' : '50');
const env = {
  ...process.env,
  ...(seed === undefined ? {} : { DLIMAGE_MATRIX_SEED: seed }),
  DLIMAGE_MATRIX_COUNT: wanted,
};
const vitest = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url));
const args = [vitest, 'run', '--project', 'contract', 'test/image/matrix', ...others];
const result = spawnSync(process.execPath, args, { stdio: 'inherit', env });
process.exit(result.status ?? 1);
