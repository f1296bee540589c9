/** What this program uses of WebAssembly, which the types of Node leave out. */
interface PagedMemory {
  readonly WebAssembly: {
    readonly Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  };
}

const pageBytes = 65_536;

/**
 * A buffer that begins at a page of memory, as O_DIRECT wants it: Node's own buffers begin anywhere. `sizeBytes` is rounded
 * up to 64 KiB. Allocate one and cut it: each takes 10 GiB of address space, though no memory.
 */
export function allocateAligned(sizeBytes: number): Buffer {
  const { Memory } = (globalThis as unknown as PagedMemory).WebAssembly;
  const pages = Math.ceil(sizeBytes / pageBytes);
  return Buffer.from(new Memory({ initial: pages, maximum: pages }).buffer);
}
