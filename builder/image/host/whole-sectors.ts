import { stat, truncate } from 'node:fs/promises';

/** Programs that write images to cards write whole sectors: Raspberry Pi Imager refuses an image that ends with a part of one. */
const sectorBytes = 512;

/** True when an image ends where a sector does. */
export async function hasWholeSectors(path: string): Promise<boolean> {
  return (await stat(path)).size % sectorBytes === 0;
}

/** Fills the last sector of an image with zeros. */
export async function fillLastSector(path: string): Promise<void> {
  const { size } = await stat(path);
  if (size % sectorBytes !== 0) await truncate(path, Math.ceil(size / sectorBytes) * sectorBytes);
}
