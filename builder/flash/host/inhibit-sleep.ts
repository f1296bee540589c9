import { spawn } from 'node:child_process';
import { programOf, searchPath } from '../../system/host/find-program.ts';

/**
 * Keeps the machine awake until the returned function is called, or this process ends. A machine without systemd, and a
 * user who may not do that, are no reason to stop.
 */
export function inhibitSleep(why: string): () => void {
  const args = ['--what=sleep:shutdown', '--who=dlimage', `--why=${why}`, 'cat'];
  const child = spawn(programOf('systemd-inhibit'), args, {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: searchPath() },
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  return () => child.stdin.end();
}
