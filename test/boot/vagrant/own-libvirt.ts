import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Answer } from '../cluster/node-shell.ts';
import { within } from '../within.ts';

/** libvirt, and networks and machines that exist for it alone. */
export interface OwnLibvirt {
  /** Runs a program where libvirt is; any exit code is an answer. */
  attempt(program: string, args: readonly string[], options: InsideOptions): Promise<Answer>;
  /** Ends libvirt and all its machines. */
  close(): Promise<void>;
}

export interface InsideOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

const script = fileURLToPath(new URL('start-libvirt.sh', import.meta.url));
const namespaces = ['--net', '--mount', '--pid'];
const startSeconds = 60;

/** Needs root. Whatever becomes of this process, the kernel ends everything inside. */
export async function startOwnLibvirt(directory: string): Promise<OwnLibvirt> {
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', '--', 'unshare', ...namespaces, '--fork', '--kill-child=KILL', script, directory],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'ready') resolve();
    });
    child.once('error', reject);
    void ended.then(() => reject(new Error('libvirt did not start')));
  });
  await within(startSeconds, 'libvirt', ready);
  const first = (await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')).trim();
  return {
    attempt: async (program, args, { cwd, env = {}, timeoutSeconds }) => {
      try {
        const { stdout, stderr } = await promisify(execFile)(
          'nsenter',
          ['--target', first, ...namespaces, `--wd=${cwd}`, program, ...args],
          { env: { ...process.env, ...env }, timeout: timeoutSeconds * 1000, maxBuffer: 64 * 1024 * 1024 },
        );
        return { exitCode: 0, stdout, stderr };
      } catch (error) {
        const { code, stdout = '', stderr = String(error) } = error as Partial<Answer> & { code?: unknown };
        return { exitCode: typeof code === 'number' ? code : 255, stdout, stderr };
      }
    },
    close: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
