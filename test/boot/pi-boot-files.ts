import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readBaseImage } from '../../builder/image/host/base.ts';
import { runTool } from '../../builder/system/host/run-tool.ts';
import type { MachineParts } from './platforms.ts';

/** What the Raspberry Pi's own firmware would load; QEMU does not run that firmware. */
export interface PiBootFiles {
  readonly kernel: string;
  readonly initrd: string;
  readonly deviceTree: string;
  readonly commandLine: string;
}

/** A board that QEMU knows. */
export interface PiBoard {
  readonly title: string;
  /** Its section of config.txt. */
  readonly section: string;
  /** Upstream's and the vendor's name of its device tree. */
  readonly deviceTrees: readonly string[];
}

export const piBoards = {
  3: {
    title: 'Raspberry Pi 3 Model B',
    section: 'pi3',
    deviceTrees: ['bcm2837-rpi-3-b.dtb', 'bcm2710-rpi-3-b.dtb'],
  },
  1: {
    title: 'Raspberry Pi 1 Model A+',
    section: 'pi1',
    deviceTrees: ['bcm2835-rpi-a-plus.dtb', 'bcm2835-rpi-b-plus.dtb', 'bcm2708-rpi-b-plus.dtb'],
  },
} as const satisfies Readonly<Record<number, PiBoard>>;

/**
 * Takes kernel, initrd, device tree and command line out of the boot partition of a machine's disk, as its config.txt
 * names them.
 */
export async function readPiBootFiles(
  parts: MachineParts,
  board: PiBoard = piBoards[3],
): Promise<PiBootFiles> {
  const directory = join(parts.directory, `${parts.name}.boot`);
  await mkdir(directory, { recursive: true });
  const partition = join(directory, 'partition.img');
  await copyBootPartition(parts, partition);
  const copy = async (path: string, acceptExitCodes: number[] = []): Promise<boolean> => {
    const result = await runTool('mcopy', ['-n', '-o', '-i', partition, `::/${path}`, directory], {
      step: `read ${path} from the boot partition of ${parts.disk}`,
      acceptExitCodes,
    });
    return result.exitCode === 0;
  };
  const copied = async (path: string): Promise<string> => {
    await copy(path);
    return join(directory, basename(path));
  };

  const config = parseConfig(await readFile(await copied('config.txt'), 'utf8'), board.section);
  const prefix = config.get('os_prefix') ?? '';
  const kernel = config.get('kernel');
  const initrd = config.get('initramfs')?.split(' ')[0];
  if (kernel === undefined || initrd === undefined) {
    throw new Error(`config.txt of ${parts.disk} names no kernel or no initramfs`);
  }
  const deviceTree = await firstThat(board.deviceTrees, async (name) => await copy(`${prefix}${name}`, [1]));
  if (deviceTree === undefined) throw new Error(`${parts.disk} has no device tree for the ${board.title}`);
  return {
    kernel: await copied(`${prefix}${kernel}`),
    initrd: await copied(`${prefix}${initrd}`),
    deviceTree: join(directory, deviceTree),
    commandLine: (await readFile(await copied(`${prefix}cmdline.txt`), 'utf8')).trim(),
  };
}

/** The partition as the guest left it. It lies where the image has it: what grows is another one. */
async function copyBootPartition({ image, disk }: MachineParts, to: string): Promise<void> {
  const { boot } = await readBaseImage(image);
  if (boot === null) throw new Error(`${image} has no boot partition`);
  const source = [
    ...['driver=raw', `offset=${boot.offsetBytes}`, `size=${boot.sizeBytes}`],
    ...['file.driver=qcow2', 'file.file.driver=file', `file.file.filename=${disk}`],
  ];
  await runTool('qemu-img', ['convert', '-O', 'raw', '--image-opts', source.join(','), to], {
    step: `read the boot partition of ${disk}`,
  });
}

/** `key=value` and `initramfs FILE ADDRESS` lines of the sections that hold for a board. */
function parseConfig(text: string, board: string): Map<string, string> {
  const settings = new Map<string, string>();
  let applies = true;
  for (const line of text.split('\n').map((raw) => raw.replace(/#.*/, '').trim())) {
    const section = /^\[(.+)\]$/.exec(line)?.[1];
    if (section !== undefined) applies = section === 'all' || section === board;
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
