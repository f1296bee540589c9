import { crc32c } from '../crc32c.ts';

/** Disks of other hypervisors, which qemu-img writes. Each holds an id that qemu-img draws at random. */
export type ConvertedDisk = 'vmdk' | 'vdi' | 'vhdx';

/** Bytes that take the place of others in a file. */
export interface ByteEdit {
  readonly offsetBytes: number;
  readonly bytes: Buffer;
}

/** So much of the beginning of a disk must be known to give it an id. */
export const identifiedBytes = 8 * 1024 * 1024;

/**
 * Gives a disk the id that follows from its content, so that the same image gives the same file, and another image
 * another id: VirtualBox and Hyper-V take disks with one id for one disk.
 *
 * @param head - the first `identifiedBytes` of the file, or all of it
 * @param id - at least 32 bytes, like a SHA-256
 * @throws Error when the file is not what qemu-img writes
 */
export function identityEdits(kind: ConvertedDisk, head: Buffer, id: Buffer): ByteEdit[] {
  if (kind === 'vmdk') return vmdkEdits(head, id);
  return kind === 'vdi' ? vdiEdits(head, id) : vhdxEdits(head, id);
}

const sectorBytes = 512;

/**
 * The content id is text in the descriptor, which may grow or shrink inside its sectors.
 * Source: VMware, Virtual Disk Format 1.1: "Hosted Sparse Extent Header" and "The Descriptor File"
 */
function vmdkEdits(head: Buffer, id: Buffer): ByteEdit[] {
  expectSignature(head, 0, 'KDMV');
  const offsetBytes = Number(head.readBigUInt64LE(28)) * sectorBytes;
  const lengthBytes = Number(head.readBigUInt64LE(36)) * sectorBytes;
  const old = head.toString('latin1', offsetBytes, offsetBytes + lengthBytes).replace(/\0+$/, '');
  const text = old.replace(/^CID=[0-9a-f]+$/m, `CID=${id.toString('hex', 0, 4)}`);
  if (text === old && !old.includes(`CID=${id.toString('hex', 0, 4)}`))
    throw new Error('the VMDK has no content id');
  const bytes = Buffer.alloc(lengthBytes);
  bytes.write(text, 'latin1');
  return [{ offsetBytes, bytes }];
}

/** Source: https://github.com/qemu/qemu/blob/master/block/vdi.c, `VdiHeader`: uuid_image and uuid_last_snap */
function vdiEdits(head: Buffer, id: Buffer): ByteEdit[] {
  if (head.readUInt32LE(0x40) !== 0xbeda107f) throw new Error('the disk is no VDI');
  return [
    { offsetBytes: 0x188, bytes: uuid(id, 0) },
    { offsetBytes: 0x198, bytes: uuid(id, 16) },
  ];
}

const vhdxHeaders = [64 * 1024, 128 * 1024];
const vhdxHeaderBytes = 4096;
const regionTable = 192 * 1024;
/** GUIDs as they lie on the disk. */
const metadataRegion = Buffer.from('06a27c8b90479a4bb8fe575f050f886e', 'hex');
const page83Data = Buffer.from('ab12cabee6b2234593efc309e000c746', 'hex');

/**
 * Ids of the writer and of the disk. The log is over when its GUID is zero; what is left in it is wiped.
 * Source: Microsoft, [MS-VHDX], 2.2.2 "Headers", 2.2.3 "Region Table", 2.6 "Metadata Region"
 */
function vhdxEdits(head: Buffer, id: Buffer): ByteEdit[] {
  expectSignature(head, 0, 'vhdxfile');
  // The header with the higher number is in force; both have the same content.
  const headers = vhdxHeaders.map((offsetBytes, index) => {
    const bytes = Buffer.from(head.subarray(offsetBytes, offsetBytes + vhdxHeaderBytes));
    bytes.writeBigUInt64LE(BigInt(index + 1), 8);
    uuid(id, 0).copy(bytes, 16);
    uuid(id, 8).copy(bytes, 32);
    bytes.writeUInt32LE(0, 4);
    bytes.writeUInt32LE(crc32c(bytes), 4);
    return { offsetBytes, bytes };
  });
  const current = head.subarray(vhdxHeaders[0]);
  const isLogEmpty = (at: number) => head.subarray(at + 48, at + 64).every((byte) => byte === 0);
  if (!vhdxHeaders.every(isLogEmpty)) throw new Error('the VHDX has an open log');
  const log = { offsetBytes: Number(current.readBigUInt64LE(72)), lengthBytes: current.readUInt32LE(68) };
  const metadata = Number(head.readBigUInt64LE(find(head, metadataRegion, regionTable) + 16));
  const item = find(head, page83Data, metadata);
  return [
    ...headers,
    { offsetBytes: log.offsetBytes, bytes: Buffer.alloc(log.lengthBytes) },
    { offsetBytes: metadata + head.readUInt32LE(item + 16), bytes: uuid(id, 16) },
  ];
}

function find(head: Buffer, guid: Buffer, from: number): number {
  const at = head.indexOf(guid, from);
  if (at < 0) throw new Error('the VHDX lacks a table');
  return at;
}

function expectSignature(head: Buffer, offset: number, signature: string): void {
  const found = head.toString('latin1', offset, offset + signature.length);
  if (found !== signature) throw new Error(`the disk begins with ${JSON.stringify(found)}`);
}

/** 16 bytes that any program takes for a random UUID, in either byte order. */
function uuid(id: Buffer, start: number): Buffer {
  const bytes = Buffer.from(id.subarray(start, start + 16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[7] = (bytes[7]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes;
}
