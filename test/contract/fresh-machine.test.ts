import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nativeArchitecture } from '../../builder/base/host/foreign-architecture.ts';
import { runInNamespace } from '../../builder/system/host/namespace.ts';
import { runMmdebstrap } from '../../builder/base/host/run-mmdebstrap.ts';
import { cacheDirectory } from '../../builder/system/host/cache-directory.ts';
import { silentProgress } from '../../builder/system/host/progress.ts';
import { missingPrograms } from '../image/support/programs.ts';
import { makeScratch } from '../image/support/test-image.ts';

const missing = missingPrograms(['mmdebstrap', 'git', 'npm', 'tar']);
const architecture = nativeArchitecture();
/** Programs of a chroot of one's own are installed by root only. */
const isPossible = missing.length === 0 && process.getuid?.() === 0 && architecture !== undefined;

/** What README says to do first, and no more. */
const firstCommands = './setup && npx dlimage build --profile pi3 --count 4';

describe.skipIf(!isPossible)('a fresh Debian 13', () => {
  const scratch = makeScratch();
  const tree = join(scratch.path, 'tree');
  const script = new URL('support/fresh-machine.sh', import.meta.url).pathname;

  /** Runs commands there and returns what they printed; a failure throws with the last lines. */
  const run = async (commands: string): Promise<string> => {
    const args = [script, tree, process.cwd(), cacheDirectory(undefined), commands];
    const { stdout, stderr } = await runInNamespace('sh', args, {
      step: `run ${commands} in a fresh Debian 13`,
      timeoutSeconds: 3000,
      env: passedOn(),
    });
    return Buffer.from(stdout).toString('utf8') + stderr;
  };

  beforeAll(async () => {
    mkdirSync(tree);
    await runMmdebstrap(
      {
        suite: 'trixie',
        components: ['main'],
        architecture: architecture ?? '',
        variant: 'minbase',
        packages: ['ca-certificates'],
        directory: tree,
        ownHooks: [],
        scripts: scratch.path,
        hooks: { env: {} },
      },
      { cacheDirectory: cacheDirectory(undefined), progress: silentProgress, isWithoutSecurity: true },
      silentProgress.task(''),
    );
  });
  afterAll(() => scratch.cleanUp());

  it('makes four images by the first commands of README', { timeout: 3_000_000 }, async () => {
    const said = await run(
      [
        firstCommands,
        './setup',
        'npx dlimage doctor --for build,foreign',
        'cd out/pi3 && sha256sum --check SHA256SUMS',
      ].join(' && '),
    );
    expect(said).toContain('setup: ready');
    expect(said.split('setup: all programs are here')).toHaveLength(2);
    expect(said).toContain('Everything is here.');
    for (const node of [1, 2, 3, 4]) expect(said).toContain(`pi3-${node}.img: OK`);
    expect(said).not.toMatch(/npm warn|internal error/i);
    // Nothing of the tests is installed.
    expect(said).not.toMatch(/Setting up (?:fish|zsh|packer|qemu-system-x86|shellcheck)/);
  });
});

/** Settings of this machine without which npm and apt do not reach the network. */
function passedOn(): Record<string, string> {
  const names = ['http_proxy', 'https_proxy', 'no_proxy', 'NODE_EXTRA_CA_CERTS', 'npm_config_registry'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
