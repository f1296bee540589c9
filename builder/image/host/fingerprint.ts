import { stat } from 'node:fs/promises';

/** Tells one state of a file from another, without reading it. @throws the system's error when it is not there */
export async function fingerprint(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
  return [dev, ino, size, mtimeNs].join(':');
}
