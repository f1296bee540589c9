import type { ImagePartition } from './layout.ts';

/** Root filesystem named by an image's own files: `LABEL=writable`, `/dev/mmcblk0p2`. */
export type DeviceSpec = string;

/** The device that an fstab mounts at `/`; undefined when it says none. Source: fstab(5). */
export function rootInFstab(text: string): DeviceSpec | undefined {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  return lines.find(([spec = '#', mountPoint]) => !spec.startsWith('#') && mountPoint === '/')?.[0];
}

/** The last `root=` of a kernel command line. Source: Linux, Documentation/admin-guide/kernel-parameters.txt */
export function rootInCommandLine(text: string): DeviceSpec | undefined {
  return [...text.matchAll(/(?:^|\s)root=(\S+)/g)].at(-1)?.[1];
}

/** True when a device is this partition: by label, UUID or number. */
export function isDevice(spec: DeviceSpec, partition: ImagePartition): boolean {
  const [, key = '', quoted = ''] = /^(\w+)=(.*)$/.exec(spec) ?? [];
  const value = quoted.replace(/^"(.*)"$/, '$1');
  const same = (one: string, other: string) => one !== '' && one.toLowerCase() === other.toLowerCase();
  switch (key) {
    case 'LABEL':
      return value !== '' && value === partition.filesystem.label;
    case 'UUID':
      return same(value, partition.filesystem.uuid);
    case 'PARTUUID':
      return same(value, partition.partuuid);
    case 'PARTLABEL':
      return value !== '' && value === partition.name;
    default:
      // sda2, vda2, mmcblk0p2, nvme0n1p2
      return Number(/^\/dev\/(?:(?:[hsv]|xv)d[a-z]+|\w+\dp)(\d+)$/.exec(spec)?.[1] ?? 0) === partition.number;
  }
}
