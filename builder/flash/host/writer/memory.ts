import { mebibyte } from './chunks.ts';

/** What this program uses of WebAssembly, which the types of Node leave out. */
interface PagedMemory {
  readonly WebAssembly: {
    readonly Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  };
}

/** Requests to the device that run at once: one is prepared while the others are under way. */
export const depth = 3;
export const chunkBytes = 2 * mebibyte;
const pageBytes = 65_536;

/** Buffers that begin at a page of memory, as O_DIRECT wants it. */
export interface CardMemory {
  /** What is sent, for each request. */
  readonly sent: readonly Buffer[];
  /** What the device holds, for each request. */
  readonly held: readonly Buffer[];
  /** The first MiB of the image, which is written last. */
  readonly first: Buffer;
  readonly scratch: Buffer;
  readonly page: Buffer;
}

/** Cuts one memory, since each takes 10 GiB of addresses. What is not touched takes no memory. */
export function allocateMemory(): CardMemory {
  const sizeBytes = 2 * depth * chunkBytes + 2 * mebibyte + pageBytes;
  const pages = Math.ceil(sizeBytes / pageBytes);
  const { Memory } = (globalThis as unknown as PagedMemory).WebAssembly;
  const whole = Buffer.from(new Memory({ initial: pages, maximum: pages }).buffer);
  let used = 0;
  const take = (length: number): Buffer => {
    used += length;
    return whole.subarray(used - length, used);
  };
  const takeSlots = (): Buffer[] => Array.from({ length: depth }, () => take(chunkBytes));
  return {
    sent: takeSlots(),
    held: takeSlots(),
    first: take(mebibyte),
    scratch: take(mebibyte),
    page: take(pageBytes).subarray(0, 4096),
  };
}
