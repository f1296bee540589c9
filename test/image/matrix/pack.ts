import {
  appendFileSync,
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { run } from '../support/programs.ts';
import type { ContainerPlan, Packing } from './container-plan.ts';

/** Packs an image as planned. The image is gone afterwards unless nothing is done; returns the path of what came of it. */
export function packImage({ layers, fault }: ContainerPlan, image: string): string {
  let current = image;
  for (const layer of layers) {
    const more = layer === layers.at(-1) && (fault === 'several' || fault === 'none-in-it') ? fault : null;
    const next = pack(layer, current, more);
    rmSync(current, { force: true });
    current = next;
  }
  switch (fault) {
    case 'cut':
      truncateSync(current, Math.floor(statSync(current).size * 0.6));
      break;
    case 'damaged':
      damage(current);
      break;
    case 'xz-more':
      appendFileSync(current, 'something else\n');
      break;
    case 'lz4':
      run('lz4', ['-q', '--rm', current, `${current}.lz4`]);
      return `${current}.lz4`;
    case 'backing':
      run('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', current, `${current}.qcow2`]);
      return `${current}.qcow2`;
    default:
  }
  return current;
}

/** Turns bits in the middle, where every stream has a checksum over them. */
function damage(path: string): void {
  const middle = Math.floor(statSync(path).size / 2);
  const bytes = readFileSync(path).subarray(middle, middle + 64);
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.from(bytes.map((byte) => byte ^ 0x5a)), 0, bytes.length, middle);
  closeSync(file);
}

const virtualDisks: Readonly<
  Partial<Record<Packing, readonly [ending: string, format: string, ...options: string[]]>>
> = {
  qcow2: ['qcow2', 'qcow2'],
  'qcow2-old': ['qcow2', 'qcow2', '-o', 'compat=0.10'],
  'qcow2-packed': ['qcow2', 'qcow2', '-c'],
  vmdk: ['vmdk', 'vmdk'],
  'vmdk-stream': ['vmdk', 'vmdk', '-o', 'subformat=streamOptimized'],
  vdi: ['vdi', 'vdi'],
  'vdi-static': ['vdi', 'vdi', '-o', 'static=on'],
  vhd: ['vhd', 'vpc', '-o', 'force_size=on'],
  'vhd-fixed': ['vhd', 'vpc', '-o', 'subformat=fixed,force_size=on'],
  vhdx: ['vhdx', 'vhdx'],
};

function pack(packing: Packing, path: string, fault: 'several' | 'none-in-it' | null): string {
  const disk = virtualDisks[packing];
  if (disk !== undefined) {
    const [ending, format, ...options] = disk;
    const target = `${path}.${ending}`;
    run('qemu-img', ['convert', '-f', 'raw', '-O', format, ...options, path, target]);
    return target;
  }
  if (packing.startsWith('gz')) return packGzip(packing, path);
  const target = `${path}.${packing.replace(/-.*/, '')}`;
  switch (packing) {
    case 'xz':
    case 'xz-zeros':
      run('xz', ['-0', '-k', path]);
      if (packing === 'xz-zeros') appendFileSync(target, Buffer.alloc(512));
      return target;
    case 'zst':
      run('zstd', ['-q', '-1', path, '-o', target]);
      return target;
    case 'bz2':
      run('bzip2', ['-1', '-k', path]);
      return target;
    case 'ova':
      return packOva(path);
    default:
      return packArchive(packing, path, target, fault);
  }
}

function packGzip(packing: Packing, path: string): string {
  const target = `${path}.gz`;
  if (packing === 'gz-members') {
    const parts = 'head -c 3000000 "$1" | gzip -1c >"$2"; tail -c +3000001 "$1" | gzip -1c >>"$2"';
    run('sh', ['-ec', parts, 'sh', path, target]);
    return target;
  }
  run('gzip', ['-1', '-k', path]);
  if (packing === 'gz-zeros') appendFileSync(target, Buffer.alloc(1023));
  if (packing === 'gz-signed') appendFileSync(target, Buffer.alloc(300_000, 'signature '));
  return target;
}

function packOva(path: string): string {
  const folder = dirname(path);
  run('qemu-img', [
    'convert',
    '-f',
    'raw',
    '-O',
    'vmdk',
    '-o',
    'subformat=streamOptimized',
    path,
    join(folder, 'vm-disk1.vmdk'),
  ]);
  writeFileSync(join(folder, 'vm.ovf'), '<Envelope/>\n');
  const target = `${path}.ova`;
  run('tar', ['--format=ustar', '-C', folder, '-cf', target, 'vm.ovf', 'vm-disk1.vmdk']);
  for (const name of ['vm.ovf', 'vm-disk1.vmdk']) rmSync(join(folder, name));
  return target;
}

/** The image lies beside a text in it, under a name that tells an image however it was packed before. */
function packArchive(
  packing: Packing,
  path: string,
  target: string,
  fault: 'several' | 'none-in-it' | null,
): string {
  const folder = dirname(path);
  const given = basename(path).replace(/^image(?:\.img)?/, 'board.img');
  const member = fault === 'none-in-it' ? 'board.iso' : given;
  const others = fault === 'several' ? ['readme.txt', 'second.img'] : ['readme.txt'];
  renameSync(path, join(folder, member));
  for (const other of others) writeFileSync(join(folder, other), 'no image\n');
  const names = [others[0] ?? '', member, ...others.slice(1)];
  const at = (...words: string[]): void =>
    void run('sh', ['-ec', 'cd "$1"; shift; exec "$@"', 'sh', folder, ...words]);
  if (packing === 'zip') at('7zz', 'a', '-tzip', '-mx1', target, ...names);
  if (packing === 'zip-stored') at('7zz', 'a', '-tzip', '-mx0', target, ...names);
  if (packing === '7z') at('7zz', 'a', '-mx1', target, ...names);
  if (packing === 'tar') at('tar', '-cf', target, ...names);
  if (packing === 'tar-sparse') at('tar', '-Scf', target, ...names);
  if (packing === 'tar-bsd') at('bsdtar', '--read-sparse', '-cf', target, ...names);
  for (const name of names) rmSync(join(folder, name));
  return target;
}
