import { describe, expect, it } from 'vitest';
import { parseImageArchive } from '../../../../builder/cluster/model/image-archive.ts';
import { fullReference } from '../../../../builder/cluster/docker-images/image-reference.ts';

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const digestOf = (config: Uint8Array): string => `digest-of-${config.length}`;
const parse = (files: Readonly<Record<string, unknown>>) =>
  parseImageArchive(new Map(Object.entries(files).map(([path, value]) => [path, bytes(value)])), digestOf);
const config = { architecture: 'arm64', os: 'linux' };

describe('the archive of images', () => {
  it('has each image with its names, its architecture and the digest of its configuration', () => {
    const manifest = [
      { Config: 'blobs/sha256/aa', RepoTags: ['web:1', 'web:latest'], Layers: ['blobs/sha256/bb'] },
      { Config: 'c.json', RepoTags: null },
    ];
    const archive = parse({ 'manifest.json': manifest, 'blobs/sha256/aa': config, 'c.json': config });
    const id = `sha256:digest-of-${bytes(config).length}`;
    expect(archive).toEqual({
      images: [
        { id, references: ['web:1', 'web:latest'], architecture: 'arm64' },
        { id, references: [], architecture: 'arm64' },
      ],
    });
  });

  it('tells for which ARM an image is, where the image does', () => {
    const manifest = [0, 1, 2].map((index) => ({ Config: `${index}.json`, RepoTags: [] }));
    const archive = parse({
      'manifest.json': manifest,
      '0.json': { architecture: 'arm', variant: 'v6' },
      '1.json': { architecture: 'arm', variant: '' },
      '2.json': { architecture: 'arm' },
    });
    const variants = 'images' in archive ? archive.images.map(({ variant }) => variant) : archive;
    expect(variants).toEqual(['v6', undefined, undefined]);
  });

  it.each([
    [{}, /no manifest\.json/],
    [{ 'manifest.json': [] }, /no manifest\.json/],
    [{ 'index.json': {}, 'oci-layout': {} }, /OCI layout/],
    [{ 'manifest.json': [{ Config: 'gone.json', RepoTags: ['a:1'] }] }, /broken/],
    [{ 'manifest.json': [{ Config: 'c.json', RepoTags: 'a:1' }], 'c.json': config }, /broken/],
    [{ 'manifest.json': [7] }, /broken/],
    [{ 'manifest.json': [{ Config: 'c.json' }], 'c.json': { os: 'linux' } }, /broken/],
  ])('%j is none', (files, problem) => {
    expect(parse(files)).toMatchObject({ problem: expect.stringMatching(problem), hint: expect.any(String) });
  });
});

it.each([
  ['nginx', 'docker.io/library/nginx:latest'],
  ['nginx:1.27', 'docker.io/library/nginx:1.27'],
  ['docker.io/nginx', 'docker.io/library/nginx:latest'],
  ['index.docker.io/library/nginx', 'docker.io/library/nginx:latest'],
  ['grafana/loki:3', 'docker.io/grafana/loki:3'],
  ['ghcr.io/a/b', 'ghcr.io/a/b:latest'],
  ['localhost/web:1', 'localhost/web:1'],
  ['registry:5000/web', 'registry:5000/web:latest'],
  ['web@sha256:00', 'docker.io/library/web@sha256:00'],
])('%s is %s in full', (written, full) => {
  expect(fullReference(written)).toBe(full);
});
