import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tools, type ToolName } from '../../builder/system/host/tools.ts';
import { piBoards, readPiBootFiles } from './pi-boot-files.ts';

/** A kind of machine that an image can be booted on. */
export type PlatformName =
  | 'pc-bios'
  | 'pc-uefi'
  | 'arm64-uefi'
  | 'raspberry-pi-3'
  | 'raspberry-pi-1'
  | 'virt-pi-arm64'
  | 'virt-pi-armhf';

/** What a platform needs to know of a machine in order to make its command line. */
export interface MachineParts {
  readonly image: string;
  /** The machine's writable disk, a qcow2. */
  readonly disk: string;
  /** Directory for what the platform takes out of the image or keeps for the machine, such as UEFI variables. */
  readonly directory: string;
  /** The machine's name: prefix of its files. */
  readonly name: string;
  readonly memoryMb: number;
  /** Last byte of the MAC address. */
  readonly port: number;
}

export interface Platform {
  readonly program: ToolName;
  /** Tools without which this platform cannot be booted. */
  readonly tools: readonly ToolName[];
  /** Size of the machine's disk. Larger than any image, so that the root file system has something to grow to. */
  readonly diskGib: number;
  /** Has a power button that the guest listens to. */
  readonly powerButton: boolean;
  /** How much longer than a PC it takes to boot, roughly; for time limits. */
  readonly slowness: number;
  /** Everything but disk creation, network backend, console and clock. Called once per disk. */
  readonly prepare: (parts: MachineParts) => Promise<readonly string[]>;
  /** What a board's firmware loads from its disk, which QEMU has to be given. Called at every start: a guest writes there. */
  readonly load?: (parts: MachineParts) => Promise<readonly string[]>;
}

const qemuPrefix = '52:54:00:d1:1a';
/** Given out by the IEEE: Linux calls a USB network card eth0 only if its address is not a locally made one. */
const raspberryPiPrefix = 'b8:27:eb:d1:1a';

/**
 * A PC has one processor. QEMU's own emulation of several x86 processors now and then lets one run an instruction that
 * another has just replaced, and the guest's kernel, which patches itself, dies of it ("Fatal exception in interrupt").
 * It also leaves the other core of a small CI to the next machine.
 */
function commonParts({ memoryMb }: { readonly memoryMb: number }, cpus = 1): string[] {
  return [
    ...['-accel', process.env['DLIMAGE_BOOT_ACCEL'] ?? 'tcg,thread=multi'],
    ...['-smp', String(cpus), '-m', String(memoryMb)],
  ];
}

function virtioParts(parts: MachineParts): string[] {
  return [
    ...['-drive', `if=none,id=disk0,file=${parts.disk},format=qcow2,cache=unsafe,discard=unmap`],
    ...['-device', 'virtio-blk-pci,drive=disk0'],
    ...['-device', `virtio-net-pci,netdev=n0,mac=${macOf(parts.port)},romfile=`],
    // Without a source of randomness sshd's first start waits for the kernel to gather some.
    ...['-device', 'virtio-rng-pci'],
  ];
}

function macOf(port: number, prefix = qemuPrefix): string {
  return `${prefix}:${port.toString(16).padStart(2, '0')}`;
}

/**
 * The plainest one. What more a processor can do (AVX, five levels of page tables, AES) costs more in emulation than it
 * saves: up to the start of the journal a node took 77 s of processor time with `max`, and 49 s with this.
 */
const pcProcessor = 'qemu64,-svm';

/** Firmware in flash: the code is shared and read-only, the variables are a copy of the machine's own. */
async function firmwareParts(tool: 'uefi-x86' | 'uefi-arm64', parts: MachineParts): Promise<string[]> {
  const code = tools[tool].files.find((file) => existsSync(file));
  if (code === undefined) throw new Error(`${tools[tool].program} is not installed`);
  const variables = join(parts.directory, `${parts.name}.uefi-variables`);
  await copyFile(code.replace('_CODE', '_VARS'), variables);
  return [
    ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${code}`],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${variables}`],
  ];
}

/**
 * What a Raspberry Pi's firmware would load, on QEMU's generic machine: with any memory, and one processor, where the
 * emulated board has four.
 */
function virtualPi(machine: string, processor: string): Platform {
  return {
    program: 'qemu-system-aarch64',
    tools: ['qemu-system-aarch64', 'qemu-system-x86_64', 'qemu-img', 'setpriv', 'mcopy'],
    diskGib: 8,
    powerButton: true,
    slowness: 1.5,
    prepare: async (parts) => [
      ...['-M', machine, '-cpu', processor],
      ...commonParts(parts),
      ...virtioParts(parts),
    ],
    load: async (parts) => {
      const { kernel, initrd, commandLine } = await readPiBootFiles(parts);
      return ['-kernel', kernel, '-initrd', initrd, '-append', `${commandLine} console=ttyAMA0`];
    },
  };
}

/** Of the board's power management QEMU has the watchdog alone; the kernel's driver of the rest ends in a panic. */
const withoutPower = 'initcall_blacklist=bcm2835_pm_driver_init';

/** Every machine that the tests know. QEMU's own emulation of processors works everywhere; KVM does not. */
export const platforms: Readonly<Record<PlatformName, Platform>> = {
  'pc-bios': {
    program: 'qemu-system-x86_64',
    tools: ['qemu-system-x86_64', 'qemu-img', 'setpriv'],
    diskGib: 8,
    powerButton: true,
    slowness: 1,
    prepare: async (parts) => [
      ...['-M', 'pc', '-cpu', pcProcessor],
      ...commonParts(parts),
      ...virtioParts(parts),
    ],
  },
  'pc-uefi': {
    program: 'qemu-system-x86_64',
    tools: ['qemu-system-x86_64', 'qemu-img', 'setpriv', 'uefi-x86'],
    diskGib: 8,
    powerButton: true,
    slowness: 1,
    prepare: async (parts) => [
      ...['-M', 'q35', '-cpu', pcProcessor],
      ...commonParts(parts),
      ...(await firmwareParts('uefi-x86', parts)),
      ...virtioParts(parts),
    ],
  },
  'arm64-uefi': {
    program: 'qemu-system-aarch64',
    tools: ['qemu-system-aarch64', 'qemu-system-x86_64', 'qemu-img', 'setpriv', 'uefi-arm64'],
    diskGib: 8,
    powerButton: true,
    slowness: 1.5,
    prepare: async (parts) => [
      ...['-M', 'virt', '-cpu', 'cortex-a53'],
      ...commonParts(parts, 2),
      ...(await firmwareParts('uefi-arm64', parts)),
      ...virtioParts(parts),
    ],
  },
  'raspberry-pi-3': {
    program: 'qemu-system-aarch64',
    tools: ['qemu-system-aarch64', 'qemu-system-x86_64', 'qemu-img', 'setpriv', 'mcopy'],
    // The emulated card reader takes powers of two only.
    diskGib: 8,
    powerButton: false,
    slowness: 2.5,
    prepare: async (parts) => [
      ...['-M', 'raspi3b'],
      ...commonParts({ memoryMb: 1024 }, 4),
      ...['-drive', `if=sd,file=${parts.disk},format=qcow2,cache=unsafe`],
      ...['-device', `usb-net,netdev=n0,mac=${macOf(parts.port, raspberryPiPrefix)}`],
      // The first serial port is the PL011, which the Pi 3 gives to Bluetooth; the console is the second.
      ...['-serial', 'null'],
    ],
    load: async (parts) => {
      const { deviceTree, kernel, initrd, commandLine } = await readPiBootFiles(parts);
      return [
        ...['-dtb', deviceTree, '-kernel', kernel, '-initrd', initrd],
        // The emulated USB network card is claimed by two drivers at once; without the wrong one, the right one gets it.
        // Its watchdog resets the board at once when it is armed. Source: QEMU, hw/misc/bcm2835_powermgt.c
        ...['-append', `${commandLine} modprobe.blacklist=cdc_subset dlimage.watchdog=off`],
      ];
    },
  },
  'raspberry-pi-1': {
    program: 'qemu-system-aarch64',
    tools: ['qemu-system-aarch64', 'qemu-system-x86_64', 'qemu-img', 'setpriv', 'mcopy'],
    diskGib: 8,
    powerButton: false,
    slowness: 3,
    prepare: async (parts) => [
      ...['-M', 'raspi1ap', '-accel', 'tcg,thread=single', '-m', '512'],
      ...['-drive', `if=sd,file=${parts.disk},format=qcow2,cache=unsafe`],
      ...['-device', `usb-net,netdev=n0,mac=${macOf(parts.port, raspberryPiPrefix)}`],
    ],
    load: async (parts) => {
      const { deviceTree, kernel, initrd, commandLine } = await readPiBootFiles(parts, piBoards[1]);
      return [
        ...['-dtb', deviceTree, '-kernel', kernel, '-initrd', initrd],
        ...['-append', `${commandLine} console=ttyAMA0 ${withoutPower} modprobe.blacklist=cdc_subset`],
      ];
    },
  },
  'virt-pi-arm64': virtualPi('virt', 'cortex-a53'),
  // 32-bit kernels find no PCI above 4 GiB.
  'virt-pi-armhf': virtualPi('virt,highmem=off', 'cortex-a15'),
};
