import { createServer, type Server, type Socket } from 'node:net';

/** What a card of the tests does wrong; may be changed while it is in use. */
export interface CardFaults {
  /** The byte at which a request fails with EIO. */
  failWritesAt?: number;
  failReadsAt?: number;
  /** Writes that touch this part report success and are lost; `times` limits how often. */
  dropWrites?: { from: number; to: number; times?: number };
  /** Addresses are taken modulo this. */
  wrapsAt?: number;
  /** Writes beyond this are lost. */
  keeps?: number;
  /** The byte whose lowest bit is flipped when it is read. */
  flipAt?: number;
  /** Every request fails. */
  isPulledOut?: boolean;
  delayMilliseconds?: number;
  /** Requests that touch this byte or any behind it are not answered until this is taken back. */
  hangsFrom?: number;
}

const maxRequest = 32 * 1024 * 1024;
const option = { abort: 2, info: 6, go: 7 } as const;
const command = { read: 0, write: 1, disconnect: 2, flush: 3 } as const;
const ioError = 5;

/**
 * A card in memory, served by NBD to qemu-storage-daemon.
 * Source: https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md
 */
export function serveCard(socketPath: string, memory: Buffer, faults: CardFaults): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    void serve(socket, memory, faults).catch(() => socket.destroy());
  });
  return new Promise((resolve) => server.listen(socketPath, () => resolve(server)));
}

async function serve(socket: Socket, memory: Buffer, faults: CardFaults): Promise<void> {
  const take = reader(socket);
  socket.write(Buffer.concat([Buffer.from('NBDMAGICIHAVEOPT'), Buffer.from([0, 3])]));
  await take(4);
  while (!(await negotiate(socket, take, memory.length)));
  for (;;) {
    const request = await take(28);
    const [kind, offset, length] = [
      request.readUInt16BE(6),
      Number(request.readBigUInt64BE(16)),
      request.readUInt32BE(24),
    ];
    const bytes = kind === command.write ? await take(length) : null;
    if (kind === command.disconnect) return void socket.end();
    const respond = async (): Promise<void> => {
      const reply = await answer(kind, offset, length, bytes);
      const head = Buffer.alloc(16);
      head.writeUInt32BE(0x67446698, 0);
      head.writeUInt32BE(reply === 'error' ? ioError : 0, 4);
      request.copy(head, 8, 8, 16);
      socket.write(head);
      if (reply instanceof Buffer) socket.write(reply);
    };
    void respond();
  }

  async function answer(kind: number, offset: number, length: number, bytes: Buffer | null) {
    const touches = (at: number | undefined): at is number =>
      at !== undefined && at >= offset && at < offset + length;
    if (faults.delayMilliseconds !== undefined)
      await new Promise((resolve) => setTimeout(resolve, faults.delayMilliseconds));
    while (faults.hangsFrom !== undefined && offset + length > faults.hangsFrom)
      await new Promise((resolve) => setTimeout(resolve, 50));
    if (faults.isPulledOut === true) return 'error';
    if (kind === command.read) return touches(faults.failReadsAt) ? 'error' : readBytes();
    if (kind !== command.write || bytes === null) return 'done';
    if (touches(faults.failWritesAt)) return 'error';
    if (!isDropped()) each((place, index) => bytes.copy(memory, place, index, index + 512));
    return 'done';

    /** Sector by sector, with the place in memory that really has it. */
    function each(use: (place: number, index: number) => void): void {
      for (let index = 0; index < length; index += 512) {
        const place = (offset + index) % (faults.wrapsAt ?? Infinity);
        if (place < (faults.keeps ?? Infinity)) use(place, index);
      }
    }
    function readBytes(): Buffer {
      const found = Buffer.alloc(length);
      each((place, index) => memory.copy(found, index, place, place + 512));
      if (touches(faults.flipAt)) found[faults.flipAt - offset]! ^= 1;
      return found;
    }
    function isDropped(): boolean {
      const { dropWrites } = faults;
      if (dropWrites === undefined || dropWrites.times === 0) return false;
      if (offset + length <= dropWrites.from || offset >= dropWrites.to) return false;
      if (dropWrites.times !== undefined) dropWrites.times -= 1;
      return true;
    }
  }
}

/** True once the client may send requests. */
async function negotiate(
  socket: Socket,
  take: (length: number) => Promise<Buffer>,
  sizeBytes: number,
): Promise<boolean> {
  const head = await take(16);
  const asked = head.readUInt32BE(8);
  await take(head.readUInt32BE(12));
  const reply = (type: number, data: Buffer): void => {
    const answer = Buffer.alloc(20);
    answer.writeBigUInt64BE(0x3e889045565a9n, 0);
    answer.writeUInt32BE(asked, 8);
    answer.writeUInt32BE(type, 12);
    answer.writeUInt32BE(data.length, 16);
    socket.write(Buffer.concat([answer, data]));
  };
  if (asked === option.abort) throw new Error('aborted');
  if (asked !== option.go && asked !== option.info) {
    reply(0x80000001, Buffer.alloc(0));
    return false;
  }
  const size = Buffer.alloc(12);
  size.writeBigUInt64BE(BigInt(sizeBytes), 2);
  // It has flags; it can flush.
  size.writeUInt16BE(1 | 4, 10);
  reply(3, size);
  const blocks = Buffer.alloc(14);
  blocks.writeUInt16BE(3, 0);
  for (const [index, value] of [512, 4096, maxRequest].entries()) blocks.writeUInt32BE(value, 2 + 4 * index);
  reply(3, blocks);
  reply(1, Buffer.alloc(0));
  return asked === option.go;
}

/** Takes so many bytes off a socket. */
function reader(socket: Socket): (length: number) => Promise<Buffer> {
  const pieces = socket.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  let rest: Buffer = Buffer.alloc(0);
  return async (length) => {
    const parts: Buffer[] = [rest];
    let had = rest.length;
    while (had < length) {
      const piece = await pieces.next();
      if (piece.done === true) throw new Error('closed');
      parts.push(piece.value);
      had += piece.value.length;
    }
    const all = Buffer.concat(parts);
    rest = all.subarray(length);
    return all.subarray(0, length);
  };
}
