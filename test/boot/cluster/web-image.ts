import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { busybox } from '../requirements.ts';

/** The name under which the image is known to Docker. */
export const webImage = 'dlimage-test/web:1';

/** Port inside the container. */
export const webPort = 8080;

/**
 * Says in the data where it was started, and serves the data. A signal has to end it at once: as process 1 it would
 * not hear one that it has no handler for.
 */
const command = `echo "$(hostname)" >>/data/starts; httpd -f -p ${webPort} -h /data & trap 'kill $!' TERM; wait`;

/** Writes a container image as `docker save` does: Debian's static busybox and a web server's command. */
export async function writeWebImage(path: string): Promise<void> {
  const program = await readFile(busybox());
  if (!isStatic(program)) throw new Error(`${busybox()} is not static: install busybox-static`);
  const layer = await tarOf([
    { name: 'bin/busybox', content: program, mode: 0o755 },
    { name: 'bin/sh', linksTo: 'busybox' },
    { name: 'bin/httpd', linksTo: 'busybox' },
    { name: 'bin/hostname', linksTo: 'busybox' },
  ]);
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: { Env: ['PATH=/bin'], Cmd: ['sh', '-c', command] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
  });
  const configName = `${sha256(config)}.json`;
  const manifest = JSON.stringify([{ Config: configName, RepoTags: [webImage], Layers: ['layer.tar'] }]);
  const archive = packed([
    { name: 'manifest.json', content: manifest },
    { name: configName, content: config },
    { name: 'layer.tar', content: layer },
  ]);
  await pipeline(archive, createWriteStream(path));
}

/** True for a 64-bit ELF program that names no loader of libraries: a program header of type 3. Source: elf(5). */
function isStatic(program: Buffer): boolean {
  const [table, size, count] = [
    Number(program.readBigUInt64LE(32)),
    program.readUInt16LE(54),
    program.readUInt16LE(56),
  ];
  return Array.from({ length: count }, (_, index) => program.readUInt32LE(table + index * size)).every(
    (type) => type !== 3,
  );
}

interface Member {
  readonly name: string;
  readonly content?: string | Uint8Array;
  readonly linksTo?: string;
  readonly mode?: number;
}

function packed(members: readonly Member[]): ReturnType<typeof pack> {
  const archive = pack();
  for (const { name, content = '', linksTo, mode = 0o644 } of members) {
    if (linksTo === undefined) archive.entry({ name, mode }, Buffer.from(content));
    else archive.entry({ name, type: 'symlink', linkname: linksTo });
  }
  archive.finalize();
  return archive;
}

async function tarOf(members: readonly Member[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of packed(members)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
