import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runInNamespace } from '../../builder/system/host/namespace.ts';
import { runTool, streamTool } from '../../builder/system/host/run-tool.ts';
import { missingPrograms } from '../image/support/programs.ts';
import { makeScratch } from '../image/support/test-image.ts';

let scratch: ReturnType<typeof makeScratch>;
beforeEach(() => {
  scratch = makeScratch();
  vi.stubEnv('PATH', `${scratch.path}:${process.env['PATH']}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  scratch.cleanUp();
});

/** A program that leaves a process behind, which holds its pipes for longer than a test lasts. */
function install(program: string, commands: string): void {
  const text = `#!/bin/sh\nleave_behind() { sleep 120 & echo $! >>"$(dirname "$0")/left"; }\n${commands}\n`;
  writeFileSync(join(scratch.path, program), text, { mode: 0o755 });
}
function endThoseLeftBehind(): void {
  spawnSync('sh', ['-c', 'kill $(cat "$0")', join(scratch.path, 'left')]);
}

describe('a program that leaves a process behind', () => {
  afterEach(endThoseLeftBehind);

  it(
    'is not waited for longer than some seconds, and what it wrote is kept',
    { timeout: 30_000 },
    async () => {
      install('xz', 'leave_behind; echo out; echo err >&2');
      const result = await runTool('xz', [], { step: 'pack it' });
      expect({ ...result, stdout: Buffer.from(result.stdout).toString() }).toEqual({
        exitCode: 0,
        stdout: 'out\n',
        stderr: 'err\n',
      });
    },
  );

  it('has failed by its own exit code', { timeout: 30_000 }, async () => {
    install('xz', 'leave_behind; echo no >&2; exit 3');
    await expect(runTool('xz', [], { step: 'pack it', input: Buffer.alloc(1e6) })).rejects.toMatchObject({
      id: 'tool-failed',
      message: 'cannot pack it: xz failed with exit code 3',
      details: [expect.any(String), 'no'],
    });
  });

  it('is ended by its timeout', { timeout: 30_000 }, async () => {
    install('xz', 'leave_behind; exec sleep 60');
    await expect(runTool('xz', [], { step: 'pack it', timeoutSeconds: 0.5 })).rejects.toMatchObject({
      id: 'tool-timeout',
    });
  });

  it('gives all of its output to a slow reader', { timeout: 60_000 }, async () => {
    install('xz', 'leave_behind; head -c 300000 /dev/zero');
    let length = 0;
    await streamTool('xz', [], { step: 'unpack it' }, async (output) => {
      for await (const piece of output) {
        length += piece.length;
        await new Promise((resolve) => setTimeout(resolve, 3000));
      }
    });
    expect(length).toBe(300_000);
  });
});

describe('an ordinary user whom the kernel refuses a namespace', () => {
  afterEach(endThoseLeftBehind);

  it('is told so at once, and no helper is left behind', { timeout: 30_000 }, async () => {
    vi.spyOn(process, 'getuid').mockReturnValue(1000);
    // As unshare of util-linux 2.38: the helper first, then the question.
    install(
      'unshare',
      'case " $* " in *" --map-auto "*) leave_behind ;; esac\necho "unshare: unshare failed: Operation not permitted" >&2\nexit 1',
    );
    await expect(runInNamespace('mmdebstrap', [], { step: 'install packages' })).rejects.toMatchObject({
      id: 'namespace-unavailable',
      message: 'cannot install packages: this machine refuses a namespace',
      hint: expect.stringMatching(/^run dlimage with sudo, or let users have namespaces/),
    });
    expect(existsSync(join(scratch.path, 'left'))).toBe(false);
  });

  const missing = missingPrograms(['unshare', 'setpriv', 'chroot', 'newuidmap']);
  const isPossible = missing.length === 0 && process.getuid?.() === 0;

  it.skipIf(!isPossible)(
    'is told so by a real kernel, and no helper is left behind',
    { timeout: 60_000 },
    () => {
      // In a chroot the kernel gives no user namespace to anybody.
      const asked = `
      import { readdirSync, readFileSync } from 'node:fs';
      import { runInNamespace } from '/mnt/dist/system/host/namespace.js';
      await runInNamespace('sh', ['-c', 'true'], { step: 'try it' }).catch((error) => console.log(error.id));
      const running = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name));
      const names = running.map((id) => readFileSync('/proc/' + id + '/comm', 'utf8').trim());
      console.log(names.sort().join(' '));`;
      const root = join(scratch.path, 'root');
      const ids = join(scratch.path, 'ids');
      mkdirSync(root);
      writeFileSync(ids, 'nobody:100000:65536\n');
      const commands = `
      set -e
      for file in /etc/subuid /etc/subgid; do mount --bind "$1" $file; done
      mount --rbind / "$2"
      # Whoever is not root may not reach the checkout where it is.
      mount --bind "$3" "$2/mnt"
      mount --bind "$(dirname "$4")" "$2/srv"
      exec chroot "$2" setpriv --reuid=nobody --regid=nogroup --clear-groups /srv/node --input-type=module --eval "$5"`;
      const values = [ids, root, process.cwd(), process.execPath, asked];
      const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
      const said = execFileSync('unshare', [...namespaces, 'sh', '-c', commands, 'sh', ...values], {
        encoding: 'utf8',
      });
      expect(said).toBe('namespace-unavailable\nnode\n');
    },
  );
});
