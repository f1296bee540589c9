import { closeSync, openSync, writeSync } from 'node:fs';

/** Writes bytes into a file at a position. */
export function poke(path: string, position: number, bytes: readonly number[]): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.from(bytes), 0, bytes.length, position);
  closeSync(file);
}
