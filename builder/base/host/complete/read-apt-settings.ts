import type { ImagePartition } from '../../../image/layout.ts';
import { comparePaths } from '../../../image/image-path.ts';
import { openImageFiles, type ImageFiles } from '../../../image/host/image-files.ts';
import type { OpenImage } from '../../../image/host/open-image.ts';

/** Package state of an image: installed packages, and the archives for more. */
export interface AptSettings {
  /** dpkg's status file. */
  readonly status: string;
  /** Foreign architectures that dpkg knows beside its own. */
  readonly foreignArchitectures: readonly string[];
  /** `PRETTY_NAME` of the operating system, for messages. */
  readonly system: string;
  /** apt's sources, keys and preferences: absolute path to content. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const single = ['/etc/apt/sources.list', '/etc/apt/preferences', '/etc/apt/trusted.gpg'];
const directories = [
  ...['/etc/apt/sources.list.d', '/etc/apt/preferences.d', '/etc/apt/mirrors'],
  // Keys: those for everything, and those that sources name.
  ...['/etc/apt/trusted.gpg.d', '/etc/apt/keyrings', '/usr/share/keyrings'],
];

/** Reads them from the root partition of an image. Null where there is no dpkg: that is no Debian or relative of it. */
export async function readAptSettings(image: OpenImage, root: ImagePartition): Promise<AptSettings | null> {
  const files = await openImageFiles(image, root);
  const status = await readTextIn(files, '/var/lib/dpkg/status');
  if (status === null) return null;
  const release = (await readTextIn(files, '/etc/os-release')) ?? '';
  const architectures = (await readTextIn(files, '/var/lib/dpkg/arch')) ?? '';
  return {
    status,
    // The first is dpkg's own.
    foreignArchitectures: architectures
      .split('\n')
      .filter((name) => name !== '')
      .slice(1),
    system: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(release)?.[1] ?? 'this system',
    files: new Map(await readAptFiles(files)),
  };
}

async function readAptFiles(files: ImageFiles): Promise<[string, Uint8Array][]> {
  const paths = [...single];
  for (const directory of directories) {
    if ((await files.stat(directory)) === null) continue;
    for (const { name, kind } of await files.list(directory)) {
      if (kind === 'file' || kind === 'symlink') paths.push(`${directory}/${name}`);
    }
  }
  const read: [string, Uint8Array][] = [];
  for (const path of paths.toSorted(comparePaths)) {
    const content = await readIn(files, path);
    if (content !== null) read.push([path, content]);
  }
  return read;
}

async function readIn(files: ImageFiles, path: string): Promise<Buffer | null> {
  const found = await files.stat(path);
  if (found === null || (found.kind !== 'file' && found.kind !== 'symlink')) return null;
  return await files.read(path).catch((error: unknown) => {
    // A link into nowhere.
    if (found.kind === 'symlink') return null;
    throw error;
  });
}

async function readTextIn(files: ImageFiles, path: string): Promise<string | null> {
  return (await readIn(files, path))?.toString('utf8') ?? null;
}
