import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from '../../builder/system/host/run-tool.ts';

/** What the Raspberry Pi's own firmware would load; QEMU does not run that firmware. */
export interface PiBootFiles {
  readonly kernel: string;
  readonly initrd: string;
  readonly deviceTree: string;
  readonly commandLine: string;
}

/** Upstream's and the vendor's name of the same board: Raspberry Pi 3 Model B. */
const deviceTrees = ['bcm2837-rpi-3-b.dtb', 'bcm2710-rpi-3-b.dtb'];

/** Takes kernel, initrd, device tree and command line out of an image's boot partition, as its config.txt names them. */
export async function readPiBootFiles(image: string, directory: string): Promise<PiBootFiles> {
  await mkdir(directory, { recursive: true });
  // mtools finds the partition by itself when a drive names it.
  const drives = join(directory, 'mtools.conf');
  await writeFile(drives, `mtools_skip_check=1\ndrive p: file="${image}" partition=1\n`);
  const copy = async (name: string, acceptExitCodes: number[] = []): Promise<boolean> => {
    const result = await runTool('mcopy', ['-n', '-o', `p:/${name}`, directory], {
      step: `read ${name} from the boot partition of ${image}`,
      env: { MTOOLSRC: drives },
      acceptExitCodes,
    });
    return result.exitCode === 0;
  };
  const copied = async (name: string): Promise<string> => {
    await copy(name);
    return join(directory, name);
  };

  const config = parseConfig(await readFile(await copied('config.txt'), 'utf8'));
  const kernel = config.get('kernel');
  const initrd = config.get('initramfs')?.split(' ')[0];
  if (kernel === undefined || initrd === undefined) {
    throw new Error(`config.txt of ${image} names no kernel or no initramfs`);
  }
  const deviceTree = await firstThat(deviceTrees, async (name) => await copy(name, [1]));
  if (deviceTree === undefined) throw new Error(`${image} has no device tree for the Raspberry Pi 3`);
  return {
    kernel: await copied(kernel),
    initrd: await copied(initrd),
    deviceTree: join(directory, deviceTree),
    commandLine: (await readFile(await copied('cmdline.txt'), 'utf8')).trim(),
  };
}

/** `key=value` and `initramfs FILE ADDRESS` lines of the sections that hold for a Pi 3. */
function parseConfig(text: string): Map<string, string> {
  const settings = new Map<string, string>();
  let applies = true;
  for (const line of text.split('\n').map((raw) => raw.replace(/#.*/, '').trim())) {
    const section = /^\[(.+)\]$/.exec(line)?.[1];
    if (section !== undefined) applies = section === 'all' || section === 'pi3';
    const [, key, value] = /^(\w+)\s*[=\s]\s*(.*)$/.exec(line) ?? [];
    if (applies && key !== undefined && value !== undefined) settings.set(key, value);
  }
  return settings;
}

async function firstThat<T>(
  items: readonly T[],
  test: (item: T) => Promise<boolean>,
): Promise<T | undefined> {
  for (const item of items) if (await test(item)) return item;
  return undefined;
}
