import { HostError } from '../../report/errors.ts';
import { readTextIfExists } from './files.ts';
import { runTool, type RunOptions, type RunResult } from './run-tool.ts';
import type { ToolName } from './tools.ts';
import { namespaceHint } from './namespace-hint.ts';

const appArmorSetting = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns';

/**
 * Runs a program as root of a namespace of its own: real root with its own mounts, or, for an ordinary user, root
 * over the user's subordinate ids, so that file owners in a tree are exact. Mounts and processes made inside end
 * with it, also when dlimage itself is killed (SIGKILL included): nothing mounted is ever left in a tree.
 *
 * @throws HostError as `runTool` does, and `namespace-unavailable` where this machine does not allow namespaces.
 */
export async function runInNamespace(
  program: ToolName | 'sh' | 'rm',
  args: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  try {
    if (!isRoot()) await askForNamespace(options);
    return await runTool(
      'setpriv',
      [...namespaceArguments(isRoot() ? [] : ['--map-root-user', '--map-auto']), program, ...args],
      options,
    );
  } catch (error) {
    if (error instanceof HostError && error.details.some((line) => line.startsWith('unshare: '))) {
      throw new HostError(
        'namespace-unavailable',
        `cannot ${options.step}: this machine refuses a namespace`,
        {
          hint: namespaceHint({
            said: error.details,
            isRoot: isRoot(),
            isRestrictedByAppArmor: (await readTextIfExists(appArmorSetting))?.trim() === '1',
          }),
          details: error.details,
          cause: error,
        },
      );
    }
    throw error;
  }
}

/** True when dlimage runs as root itself and needs no user namespace. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Fails where an ordinary user is refused. `--map-auto` is left out here: it starts a helper before it asks the kernel,
 * and a refusal leaves this helper behind for ever.
 */
async function askForNamespace({ step, signal }: RunOptions): Promise<void> {
  await runTool('setpriv', [...namespaceArguments(['--map-root-user']), 'true'], {
    step,
    signal,
  });
}

function namespaceArguments(idMaps: readonly string[]): string[] {
  return [
    '--pdeathsig=KILL',
    'unshare',
    ...idMaps,
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    '--',
  ];
}
