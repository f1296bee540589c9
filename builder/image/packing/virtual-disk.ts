/** The disks of virtual machines that can be unpacked, as qemu-img calls them: vpc is a VHD. */
export type VirtualDisk = 'qcow2' | 'vmdk' | 'vdi' | 'vhdx' | 'vpc';

/** So much of the beginning of a disk is looked at: the header of each kind, and the descriptor of a VMDK. */
export const diskHeadBytes = 64 * 1024;

/**
 * Says why a disk does not hold all of its data itself, from its first bytes; null when nothing there points elsewhere.
 * A disk from outside could otherwise bring any file of this machine into an image.
 */
export function outsideDataIn(kind: VirtualDisk, head: Buffer): string | null {
  if (kind === 'qcow2') return outsideQcow2(head);
  if (kind === 'vpc') return outsideVhd(head);
  return kind === 'vmdk' ? outsideVmdk(head) : null;
}

/**
 * Says the same from what `qemu-img info --output=json` found, which reads the headers of every kind as its converter does.
 *
 * @param path - the path that qemu-img was given
 * @param base - the path of the base that it may be a layer over; null when it may not
 */
export function outsideDataInInfo(info: unknown, path: string, base: string | null): string | null {
  const { 'backing-filename': backing, 'format-specific': specific } = asRecord(info);
  const { 'data-file': dataFile, extents } = asRecord(asRecord(specific)['data']);
  if (backing !== undefined && base === null) return `it is a layer over ${JSON.stringify(backing)}`;
  if (dataFile !== undefined) return `its data is in ${JSON.stringify(dataFile)}`;
  const names = Array.isArray(extents) ? extents.map((extent) => asRecord(extent)['filename']) : [];
  const foreign = names.find((name) => name !== path);
  return foreign === undefined ? null : `its data is in ${JSON.stringify(foreign)}`;
}

/** Path of the file that a qcow2 is a layer over; null when it is none, or the header is cut off. */
export function backingFileIn(kind: VirtualDisk, head: Buffer): string | null {
  if (kind !== 'qcow2' || head.length < 80) return null;
  const offset = Number(head.readBigUInt64BE(8));
  const end = offset + head.readUInt32BE(16);
  return offset === 0 || end > head.length ? null : head.toString('utf8', offset, end);
}

/**
 * How long the file of a disk is at least, in bytes, by its header; 0 for kinds that qemu-img checks itself.
 * Source: qemu, block/vdi.c, VdiHeader: the data, then as many blocks as are allocated
 */
export function leastBytesOf(kind: VirtualDisk, head: Buffer): number {
  if (kind !== 'vdi' || head.length < 0x188) return 0;
  return head.readUInt32LE(0x158) + head.readUInt32LE(0x178) * head.readUInt32LE(0x184);
}

/** Size of the disk inside in bytes, as `qemu-img info --output=json` says it; null when it does not. */
export function virtualSizeIn(info: unknown): number | null {
  const { 'virtual-size': size } = asRecord(info);
  return typeof size === 'number' && Number.isFinite(size) ? size : null;
}

/** True when `qemu-img info --output=json` says that the disk cannot be read without a password. */
export function isEncryptedIn(info: unknown): boolean {
  return asRecord(info)['encrypted'] === true;
}

/** Source: qemu, docs/interop/qcow2.txt: "Header", bit 2 of the incompatible features. */
function outsideQcow2(head: Buffer): string | null {
  if (head.length < 80) return null;
  const hasDataFile = head.readUInt32BE(4) >= 3 && (head.readBigUInt64BE(72) & 4n) !== 0n;
  if (hasDataFile) return 'its data is in another file';
  return head.readBigUInt64BE(8) === 0n ? null : 'it is a layer over another image';
}

/**
 * With a capacity of nothing the embedded descriptor counts, which may name any file.
 * Source: VMware, Virtual Disk Format 1.1: "Hosted Sparse Extent Header", "The Descriptor File"; qemu, block/vmdk.c.
 */
function outsideVmdk(head: Buffer): string | null {
  if (head.length < 512) return null;
  if (head.readBigUInt64LE(12) === 0n) return 'its data is in other files';
  const descriptor = head.toString('latin1', 512);
  const isChild = /^parentFileNameHint/m.test(descriptor) || /^parentCID=(?!f{8}\b)/im.test(descriptor);
  return isChild ? 'it is a layer over another image' : null;
}

/** Source: Microsoft, Virtual Hard Disk Image Format Specification: "Hard Disk Footer Format", Disk Type 4 is differencing. */
function outsideVhd(head: Buffer): string | null {
  return head.length >= 64 && head.readUInt32BE(60) === 4 ? 'it is a layer over another image' : null;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
