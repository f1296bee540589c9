import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectImageArchive } from '../../builder/cluster/host/inspect-image-archive.ts';
import { execa } from 'execa';

// What the system's own tar writes, in the two layouts of `docker save`.
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dlimage-archive-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const config = JSON.stringify({ architecture: 'arm64', os: 'linux' });
const id = `sha256:${createHash('sha256').update(config).digest('hex')}`;

/** Writes an archive with the configuration at `path`, and a layer that is larger than any description. */
async function archive(path: string, ...compression: string[]): Promise<string> {
  const content = join(directory, 'content');
  await mkdir(join(content, 'blobs/sha256'), { recursive: true });
  await writeFile(join(content, path), config);
  await writeFile(join(content, 'layer.tar'), Buffer.alloc(3_000_000, 'layer'));
  await writeFile(
    join(content, 'manifest.json'),
    JSON.stringify([{ Config: path, RepoTags: ['web:1'], Layers: ['layer.tar'] }]),
  );
  const file = join(directory, 'web.tar');
  await execa('tar', ['-C', content, ...compression, '-cf', file, '.']);
  return file;
}

describe('an archive of images', () => {
  it.each([
    ['the old layout', ['config.json']],
    ['the layout of OCI', ['blobs/sha256/0123']],
    ['gzip', ['config.json', '--gzip']],
  ])('is read in %s', async (_, [path = '', ...compression]) => {
    expect(await inspectImageArchive(await archive(path, ...compression))).toEqual({
      images: [{ id, references: ['web:1'], architecture: 'arm64' }],
    });
  });

  it('that was cut off is told from a whole one, compressed or not', async () => {
    for (const compression of [[], ['--gzip']]) {
      const file = await archive('config.json', ...compression);
      const { length } = await readFile(file);
      await truncate(file, Math.floor(length * 0.7));
      expect(await inspectImageArchive(file)).toMatchObject({
        problem: expect.stringContaining('cannot be read as a tar archive'),
      });
    }
  });

  it('that is none is told as such', async () => {
    const file = join(directory, 'web.tar');
    await writeFile(file, 'FROM scratch\n');
    expect(await inspectImageArchive(file)).toHaveProperty('problem');
    await writeFile(file, '');
    expect(await inspectImageArchive(file)).toMatchObject({
      problem: expect.stringContaining('no manifest'),
    });
    await writeFile(file, Buffer.from('28b52ffd00000000', 'hex'));
    expect(await inspectImageArchive(file)).toMatchObject({ problem: 'is compressed with zstd' });
  });
});
