import { access } from 'node:fs/promises';
import { HostError } from '../../report/errors.ts';
import { runTool } from '../../system/host/run-tool.ts';
import type { BaseTarget } from '../base-request.ts';
import { isRoot } from '../../system/host/namespace.ts';

const nativeNames: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', arm: 'armhf' };
/** qemu-user's name of each architecture, as binfmt_misc has it. */
const emulators = {
  amd64: 'qemu-x86_64',
  arm64: 'qemu-aarch64',
  armhf: 'qemu-arm',
  armel: 'qemu-arm',
} as const;
const binfmtDirectory = '/proc/sys/fs/binfmt_misc';

/** Debian's name of this machine's architecture, or undefined for one that Debian bases cannot be built on. */
export function nativeArchitecture(): string | undefined {
  return nativeNames[process.arch];
}

/**
 * Makes sure that programs of `architecture` run here, natively or through qemu-user. As root it switches the
 * emulation on where it is only installed.
 *
 * @throws HostError `foreign-not-runnable` with the command that helps.
 */
export async function ensureRunnable(architecture: BaseTarget['architecture']): Promise<void> {
  if (nativeArchitecture() === architecture || (await runs(architecture))) return;
  if (isRoot()) {
    await enableEmulation(emulators[architecture]);
    if (await runs(architecture)) return;
  }
  throw new HostError('foreign-not-runnable', `this machine cannot run programs for ${architecture}`, {
    hint:
      'sudo apt install qemu-user-static binfmt-support arch-test, then ' +
      `sudo mount -t binfmt_misc binfmt_misc ${binfmtDirectory}; sudo update-binfmts --enable ${emulators[architecture]}`,
  });
}

async function runs(architecture: string): Promise<boolean> {
  const step = `see whether programs for ${architecture} run here`;
  // 1: they do not run; 2: arch-test cannot tell.
  const { exitCode } = await runTool('arch-test', [architecture], { step, acceptExitCodes: [1, 2] });
  return exitCode === 0;
}

async function enableEmulation(emulator: string): Promise<void> {
  const mounted = await access(`${binfmtDirectory}/register`).then(
    () => true,
    () => false,
  );
  if (!mounted) {
    await runTool('mount', ['-t', 'binfmt_misc', 'binfmt_misc', binfmtDirectory], {
      step: 'show the list of emulators',
      acceptExitCodes: [32],
    });
  }
  await runTool('update-binfmts', ['--enable', emulator], {
    step: `enable ${emulator}`,
    acceptExitCodes: [2],
  });
}
