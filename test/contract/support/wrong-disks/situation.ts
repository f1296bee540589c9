import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JudgeOptions, LivingPath, ReasonId } from '../../../../builder/flash/judge-disk.ts';
import { run } from '../../../image/support/programs.ts';
import type { DiskRig } from '../disk-rig.ts';

export const mebibyte = 1024 * 1024;

/** A disk that must not be written: how it comes about, how another program sees it, and why we refuse it. */
export interface WrongDisk {
  /** Brings it about, and says which disk it is. */
  readonly bring: (rig: DiskRig) => Promise<Situation> | Situation;
  readonly because: ReasonId;
}

export interface Situation {
  readonly disk: string;
  /** What another program says, and what must be in it: else there is nothing to refuse. */
  readonly proof: readonly [said: string, expected: string | RegExp];
  readonly living?: readonly Omit<LivingPath, 'number'>[];
  readonly options?: JudgeOptions;
}

export const said = (program: string, args: readonly string[]): string => run(program, args).toString();
export const mounts = (device: string): string => said('findmnt', ['-rno', 'TARGET', '--source', device]);
/** What a program gets that wants a device for itself alone. */
export const claimed = (device: string): string =>
  said('python3', [
    '-c',
    'import os, sys\ntry: os.open(sys.argv[1], os.O_RDONLY | os.O_EXCL); print("free")\nexcept OSError as e: print(e.strerror)',
    device,
  ]);
/** Says `ready`, and keeps its folder in use until it is killed. */
export const stay = ['-c', 'echo ready; exec sleep 600'];
export const libblkid = (device: string): string => said('blkid', ['-p', '-o', 'export', device]);

export function own(what: string, path: string, isSystem = false): Omit<LivingPath, 'number'> {
  return { what, path, isSystem };
}

/** A card that a desktop has mounted. */
export function mountedCard(
  rig: DiskRig,
  parent = '/mnt',
): { disk: string; partition: string; point: string } {
  const card = rig.card('card.img');
  const point = rig.folder(parent);
  rig.mount(card.partition, point);
  return { ...card, point };
}

export function withBytes(name: string, write: (file: string) => void) {
  return (rig: DiskRig): string => {
    const file = rig.file(name, 64 * mebibyte);
    write(file);
    return rig.attach(file);
  };
}

export const poke = (file: string, offset: number, bytes: Buffer): void => {
  run('dd', [`of=${file}`, 'bs=1', `seek=${offset}`, 'conv=notrunc', 'status=none'], bytes);
};

export function fileOn(point: string, sizeBytes = 8 * mebibyte): string {
  const file = join(point, 'image.img');
  writeFileSync(file, '');
  run('truncate', ['-s', String(sizeBytes), file]);
  return file;
}

export function overlay(rig: DiskRig, options: string): string {
  const where = rig.folder('/mnt');
  rig.mount('overlay', where, ['-t', 'overlay', '-o', options]);
  return where;
}

/** By stat: the filesystem that something lies on is that of a loop device. */
export function onDisk(path: string): readonly [string, RegExp] {
  return [
    said('findmnt', ['-no', 'SOURCE', '--target', said('readlink', ['-f', path]).trim()]),
    /^\/dev\/loop\d+p1/,
  ];
}

export function member(because: ReasonId, expected: string, write: (file: string) => void): WrongDisk {
  const attach = withBytes('member.img', write);
  return {
    because,
    bring(rig) {
      const disk = attach(rig);
      return { disk, proof: [libblkid(disk), expected] };
    },
  };
}
