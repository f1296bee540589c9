import { createHash } from 'node:crypto';
import type { RenderedEntry } from './rendered-node.ts';

/** SHA-256 over entries in their order: all that an image shows of them but the modification time. */
export function hashEntries(entries: readonly RenderedEntry[]): string {
  const hash = createHash('sha256');
  for (const { entry, sha256 } of entries) {
    const { partition, path, kind, mode, uid, gid } = entry;
    const isOptional = entry.kind === 'directory' && entry.ifMissing === true;
    const target = entry.kind === 'symlink' ? entry.target : isOptional ? 'if missing' : '';
    hash.update(`${JSON.stringify([partition, path, kind, mode, uid, gid, sha256, target])}\n`);
  }
  return hash.digest('hex');
}
