import { fileFromBytes } from './make-entry.ts';
import type { RenderedEntry } from './rendered-node.ts';
import { userFilesOrigin } from './user-file-entries.ts';

/** The agent's record of its files as they were when the image was made. */
export const placedPath = '/etc/dlimage/placed.json';

/** Folders whose files the agent looks at again. */
const watched = [
  '/etc/chrony/',
  '/etc/cloud/cloud.cfg.d/',
  '/etc/dlimage/',
  '/etc/docker/',
  '/etc/keepalived/',
  '/etc/modules-load.d/',
  '/etc/ssh/',
  '/etc/ssl/',
  '/etc/sysctl.d/',
  '/etc/systemd/',
  '/usr/lib/dlimage/',
];

/**
 * What changes on a node without anybody's doing, or is looked after elsewhere: stacks are what was deployed, the agent's own
 * modules would make this list another one with each of their lines, revoked keys follow the list of nodes, and Raspberry Pi OS removes its own notice.
 */
const unwatched = [
  '/etc/dlimage/stacks/',
  '/etc/dlimage/ssh/revoked_keys',
  '/usr/lib/dlimage/dlimage_node/',
  '/etc/ssh/sshd_config.d/rename_user.conf',
];

/** In homes and places of data, people and programs change what the definition put there. */
const lived = ['/home/', '/root/', '/var/', '/srv/', '/mnt/', '/opt/', '/tmp/'];

/** Bytes. A larger file of the user's is data; to read it at each start would take long. */
const largest = 1024 * 1024;

/** The list of a node's files that should stay as they are: mode, owner and SHA-256 by path, a line each. */
export function placedEntry(entries: readonly RenderedEntry[], mtimeSeconds: number): RenderedEntry {
  const lines = entries
    .filter(isPlaced)
    .map(({ entry: { path, mode, uid, gid }, sha256 }) => {
      const word = `${mode.toString(8).padStart(4, '0')} ${uid}:${gid} ${sha256}`;
      return `  ${JSON.stringify(path)}: ${JSON.stringify(word)}`;
    })
    .toSorted();
  const text = `{\n${lines.join(',\n')}\n}\n`;
  const attributes = { path: placedPath, mode: 0o600, mtimeSeconds, origin: 'dlimage', shared: false };
  return fileFromBytes(attributes, new TextEncoder().encode(text));
}

function isPlaced({ entry, origin }: RenderedEntry): boolean {
  if (entry.kind !== 'file' || entry.partition !== 'root') return false;
  const isBelow = (folder: string): boolean => entry.path.startsWith(folder);
  if (unwatched.some(isBelow)) return false;
  if (origin !== userFilesOrigin) return watched.some(isBelow);
  const size = entry.content.from === 'bytes' ? entry.content.bytes.length : entry.content.sizeBytes;
  return size <= largest && !lived.some(isBelow);
}
