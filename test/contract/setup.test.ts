import { execa } from 'execa';
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeScratch } from '../image/support/test-image.ts';
import { run } from '../image/support/programs.ts';

let scratch: ReturnType<typeof makeScratch>;
beforeEach(() => {
  scratch = makeScratch();
});
afterEach(() => scratch.cleanUp());

/** A machine that `setup` finds. What is not a stand-in here is this machine's own. */
interface Machine {
  /** Packages that `dlimage doctor` misses, by purpose. */
  readonly missing: Readonly<Record<string, string>>;
  /** Packages that apt has nothing to install for. */
  readonly unknown?: string;
  /** Packages that apt fails to install. */
  readonly broken?: string;
  readonly userId?: number;
  readonly sudo?: 'works' | 'refuses';
  /** The Node.js that package.json asks for, in place of its own. */
  readonly engine?: string;
}

const ownPrograms = ['bash', 'env', 'dirname', 'paste', 'grep', 'touch', 'cat', 'sed'];

/** Stand-ins for what a machine differs in; apt's record their arguments in `log`. */
function standIns(machine: Machine): Record<string, string> {
  return {
    npm: 'echo "npm $*" >>"$LOG"; mkdir -p node_modules; : >node_modules/.package-lock.json',
    id: `echo ${machine.userId ?? 0}`,
    node: `[ "$1" = -e ] && exec ${process.execPath} "$@"
      for purpose in \${5//,/ }; do for name in $(cat missing/$purpose 2>/dev/null); do
        [ -e installed/$name ] || echo $name; done; done`,
    // Longer than a pipe holds: whoever stops reading at the first match ends it by a signal.
    'apt-cache': `case " ${machine.unknown ?? ''} " in
      *" $2 "*) echo "  Candidate: (none)" ;;
      *) echo "  Candidate: 1.0"; printf "version table %.0s\\n" {1..10000} ;;
    esac`,
    'apt-get': `echo "apt-get $*" >>"$LOG"
      for name; do case " ${machine.broken ?? ''} " in *" $name "*) exit 100 ;; esac; done
      for name; do mkdir -p installed; : >"installed/\${name//\\//_}"; done`,
    mkdir: 'exec /bin/mkdir "$@"',
    ...(machine.sudo === undefined
      ? {}
      : { sudo: machine.sudo === 'refuses' ? 'exit 1' : 'echo "sudo $*" >>"$LOG"; [ "$1" = -n ] || "$@"' }),
  };
}

/** Runs the real script in a checkout of which everything else is a stand-in. */
async function runSetup(machine: Machine, args: readonly string[] = []) {
  const root = scratch.path;
  for (const folder of ['bin', 'missing']) mkdirSync(join(root, folder));
  for (const name of ['setup', 'package.json', 'package-lock.json']) copyFileSync(name, join(root, name));
  if (machine.engine !== undefined)
    writeFileSync(join(root, 'package.json'), JSON.stringify({ engines: { node: machine.engine } }));
  for (const [purpose, names] of Object.entries(machine.missing))
    writeFileSync(join(root, 'missing', purpose), names);
  for (const name of ownPrograms) symlinkSync(which(name), join(root, 'bin', name));
  for (const [name, body] of Object.entries(standIns(machine)))
    writeFileSync(join(root, 'bin', name), `#!${which('bash')}\n${body}\n`, { mode: 0o755 });
  const log = join(root, 'log');
  const result = await execa(join(root, 'setup'), args, {
    reject: false,
    all: true,
    stdin: 'ignore',
    extendEnv: false,
    env: { PATH: join(root, 'bin'), LOG: log },
  });
  const calls = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
  return {
    exitCode: result.exitCode,
    said: result.all,
    calls,
    installs: calls.filter((call) => call.includes(' install ') && call.startsWith('apt-get')),
  };
}

function which(program: string): string {
  return run('sh', ['-c', 'command -v "$1"', 'sh', program]).toString().trim();
}

describe('the oldest Node.js', () => {
  const oldest = (JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } }).engines
    .node;

  it.each([
    ['README.md', /Node\.js ([\d.]+) or newer/],
    ['CONTRIBUTING.md', /Node\.js ([\d.]+) and newer/],
    ['.github/workflows/test.yml', /node-version: (\d+\.\d+)\.0$/m],
  ])('is the same in package.json and %s', (file, number) => {
    expect(`>=${number.exec(readFileSync(file, 'utf8'))?.[1]}`).toBe(oldest);
  });
});

describe('./setup', () => {
  it('installs what builds need, and nothing that only the tests need', async () => {
    const { exitCode, installs, said, calls } = await runSetup({
      missing: { build: 'mmdebstrap mtools', foreign: 'arch-test', packer: 'packer', test: 'fish zsh' },
    });
    expect(said).toContain('setup: ready');
    expect(exitCode).toBe(0);
    expect(installs.join(' ')).toContain('mmdebstrap mtools');
    expect(installs.join(' ')).toContain('arch-test');
    expect(installs.join(' ')).not.toMatch(/packer|fish|zsh/);
    expect(calls).toContain('npm install --no-save --no-audit --no-fund --omit=dev --loglevel=error');
  });

  it('installs everything for contributors', async () => {
    const { exitCode, installs, calls } = await runSetup(
      { missing: { build: 'mtools', packer: 'packer', test: 'fish' } },
      ['--dev'],
    );
    expect(exitCode).toBe(0);
    expect(installs.join(' ')).toMatch(/mtools.*packer.*fish/);
    expect(calls).toContain('npm install --no-save --no-audit --no-fund');
  });

  it('goes on without a package that the release lacks', async () => {
    const { exitCode, said, installs } = await runSetup(
      { missing: { build: 'mtools', packer: 'packer ovmf', test: 'fish' }, unknown: 'packer' },
      ['--dev'],
    );
    expect(said).toContain('setup: this release has no package packer (for dlimage packer)');
    expect(said).toContain('setup: still missing for dlimage packer: packer');
    expect(installs.join(' ')).toMatch(/mtools.*ovmf.*fish/);
    expect(exitCode).toBe(0);
  });

  it('installs the others when one cannot be installed', async () => {
    const { exitCode, said, installs } = await runSetup(
      { missing: { build: 'mtools', test: 'bmap-tools fish' }, broken: 'bmap-tools' },
      ['--dev'],
    );
    expect(said).toContain('setup: bmap-tools could not be installed (for the tests)');
    expect(installs.at(-1)).toMatch(/ fish$/);
    expect(exitCode).toBe(0);
  });

  it('fails when a build lacks something in the end', async () => {
    const { exitCode, said } = await runSetup({ missing: { build: 'mtools' }, broken: 'mtools' });
    expect(said).toContain('setup: still missing to build images: mtools');
    expect(said).not.toContain('ready');
    expect(exitCode).toBe(3);
  });

  it('names the packages before it asks sudo', async () => {
    const { exitCode, said, calls } = await runSetup({
      missing: { build: 'mtools' },
      userId: 1000,
      sudo: 'works',
    });
    expect(said).toContain('setup:   to build images: mtools');
    expect(calls.some((call) => call.startsWith('sudo env DEBIAN_FRONTEND'))).toBe(true);
    expect(exitCode).toBe(0);
  });

  it.each([['is not there', undefined] as const, ['refuses', 'refuses'] as const])(
    'gives the line for root when sudo %s',
    async (_, sudo) => {
      const { exitCode, said, installs } = await runSetup({
        missing: { build: 'mmdebstrap mtools' },
        userId: 1000,
        ...(sudo && { sudo }),
      });
      expect(said).toContain(
        'setup: run this as root, then ./setup again:\n  apt-get update && apt-get install',
      );
      expect(said).toContain('mmdebstrap mtools');
      expect(said).not.toContain('not found');
      expect(installs).toEqual([]);
      expect(exitCode).toBe(3);
    },
  );

  it('refuses a Node.js older than package.json says, and says where newer ones are', async () => {
    const { exitCode, said, calls } = await runSetup({ missing: {}, engine: '>=99.1' });
    expect(said).toBe(
      `setup: this is Node.js ${process.versions.node}; dlimage needs 99.1 or newer: https://nodejs.org/en/download`,
    );
    expect(exitCode).toBe(3);
    expect(calls).toEqual([]);
  });

  it('takes the oldest Node.js that package.json says', async () => {
    const [major, minor] = process.versions.node.split('.');
    expect((await runSetup({ missing: {}, engine: `>=${major}.${minor}` })).exitCode).toBe(0);
  });

  it('names the flags that there are', async () => {
    const { exitCode, said } = await runSetup({ missing: {} }, ['--devel']);
    expect(said).toContain('usage: ./setup [--packer] [--dev]');
    expect(exitCode).toBe(2);
  });
});
