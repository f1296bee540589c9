import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';

/** What a container is started from: one layer. */
export interface ContainerImage {
  /** The name under which it is known to Docker. */
  readonly name: string;
  readonly platform: { readonly architecture: string; readonly variant?: string };
  readonly files: readonly Member[];
  readonly command: readonly string[];
}

/** Writes a container image as `docker save` does. */
export async function writeContainerImage(
  path: string,
  { name, platform, files, command }: ContainerImage,
): Promise<void> {
  const layer = await tarOf(files);
  const config = JSON.stringify({
    ...platform,
    os: 'linux',
    config: { Env: ['PATH=/bin'], Cmd: command },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
  });
  const configName = `${sha256(config)}.json`;
  const manifest = JSON.stringify([{ Config: configName, RepoTags: [name], Layers: ['layer.tar'] }]);
  const archive = packed([
    { name: 'manifest.json', content: manifest },
    { name: configName, content: config },
    { name: 'layer.tar', content: layer },
  ]);
  await pipeline(archive, createWriteStream(path));
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
