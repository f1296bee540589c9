import { execFileSync, spawnSync } from 'node:child_process';
import { programOf } from '../../../builder/system/host/find-program.ts';
import { tools, type ToolName } from '../../../builder/system/host/tools.ts';

/** Programs of a fixture run with the directories that an ordinary user's PATH lacks, and in UTC. */
const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin`, TZ: 'UTC', LC_ALL: 'C.UTF-8' };

/** Programs that dlimage knows are called as they are on this machine: 7zz or 7z. */
function nameHere(program: string): string {
  return program in tools ? programOf(program as ToolName) : program;
}

/** Runs a program and returns its stdout; a failure throws with its stderr. */
export function run(program: string, args: readonly string[], input?: string | Uint8Array): Buffer {
  return execFileSync(nameHere(program), args, {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 512 * 1024 * 1024,
    ...(input === undefined ? {} : { input }),
  });
}

/** Programs of this list that are not installed. In CI that is a failure, on a developer's machine a reason to skip. */
export function missingPrograms(programs: readonly string[]): string[] {
  const missing = programs.filter((program) => {
    const result = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', nameHere(program)], { env });
    return result.status !== 0;
  });
  if (missing.length > 0 && process.env['CI'] === 'true')
    throw new Error(`not installed: ${missing.join(', ')}`);
  return missing;
}
