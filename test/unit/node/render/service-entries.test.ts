import { describe, expect, it } from 'vitest';
import type { ClusterImage, ClusterNode, StackEntry } from '../../../../builder/cluster/model/cluster.ts';
import type { UserFile } from '../../../../builder/node/overlay/assets.ts';
import { createServiceEntries } from '../../../../builder/node/render/service-entries.ts';
import { defaultCluster, exampleNode } from './support/example-cluster.ts';

const pi = exampleNode(1);
const pc: ClusterNode = { ...exampleNode(2), profile: { ...pi.profile, architecture: 'amd64' } };
const pi2: ClusterNode = { ...exampleNode(3), profile: { ...pi.profile, architecture: 'armhf' } };

const archive = (fileName: string, ...architectures: string[]): ClusterImage => ({
  hostPath: `/project/${fileName}`,
  sizeBytes: 9,
  fileName,
  images: architectures.map((architecture) => ({
    id: `sha256:${fileName}-${architecture}`,
    references: [`${fileName}:1`],
    architecture,
  })),
});
const file = (path: string, isSecret = false): StackEntry => ({
  hostPath: `/project/${path}`,
  sizeBytes: 9,
  path,
  isSecret,
});
const assets = (digests: Readonly<Record<string, string>>) => ({
  files: new Map<string, Uint8Array>(),
  userFiles: new Map(
    Object.entries(digests).map(([name, sha256]): [string, UserFile[]] => [
      `/project/${name}`,
      [{ relativePath: '', kind: 'file', mode: 0o644, sizeBytes: 9, sha256, target: '' }],
    ]),
  ),
});

const identities = { loginKey: { privateKey: 'a key that nobody else has', publicKey: '' } };

type Entries = ReturnType<ReturnType<typeof createServiceEntries>>;

const listIn = (entries: Entries, path: string): unknown => {
  const entry = entries.find((one) => one.entry.path === path)?.entry;
  if (entry?.kind !== 'file' || entry.content.from !== 'bytes') return undefined;
  return JSON.parse(new TextDecoder().decode(entry.content.bytes));
};

describe('images', () => {
  it('are those that the board can run, with a list for the agent', () => {
    const cluster = defaultCluster({
      images: [archive('pi', 'arm64'), archive('both', 'arm64', 'amd64'), archive('small', 'arm')],
    });
    const entriesOf = createServiceEntries(
      cluster,
      identities,
      assets({ pi: 'a', both: 'b', small: 'c' }),
      0,
    );
    expect(listIn(entriesOf(pi), '/etc/dlimage/images.json')).toEqual([
      { file: 'pi', references: ['pi:1'], id: 'sha256:pi-arm64' },
      { file: 'both', references: ['both:1'], id: 'sha256:both-arm64' },
    ]);
    expect(entriesOf(pc).map(({ entry }) => entry.path)).toEqual([
      '/var/lib/dlimage/images/both',
      '/etc/dlimage/images.json',
    ]);
    expect(entriesOf(pi2)[0]?.entry.path).toBe('/var/lib/dlimage/images/small');
    expect(entriesOf(exampleNode(4))[0]).toBe(entriesOf(pi)[0]);
  });

  it('of one name for several ARMs are the newest that the board runs', () => {
    const arm = (fileName: string, variant: string): ClusterImage => ({
      ...archive(fileName),
      images: [{ id: `sha256:${variant}`, references: ['web:1'], architecture: 'arm', variant }],
    });
    const cluster = defaultCluster({ images: [arm('five', 'v5'), arm('seven', 'v7'), arm('six', 'v6')] });
    const entriesOf = createServiceEntries(
      cluster,
      identities,
      assets({ five: 'a', six: 'b', seven: 'c' }),
      0,
    );
    const pi0: ClusterNode = { ...exampleNode(4), profile: { ...pi.profile, architecture: 'armel' } };
    const idsOn = (node: ClusterNode) => listIn(entriesOf(node), '/etc/dlimage/images.json');
    expect(idsOn(pi0)).toEqual([{ file: 'six', references: ['web:1'], id: 'sha256:v6' }]);
    expect(idsOn(pi2)).toEqual([{ file: 'seven', references: ['web:1'], id: 'sha256:v7' }]);
    expect(entriesOf(pi0).map(({ entry }) => entry.path)).not.toContain('/var/lib/dlimage/images/seven');
  });

  it('and stacks are nothing when the definition has none', () => {
    expect(createServiceEntries(defaultCluster(), identities, assets({}), 0)(pi)).toEqual([]);
  });
});

describe('stacks', () => {
  const cluster = defaultCluster({
    stacks: [
      {
        name: 'web',
        composeFiles: [
          {
            path: 'web/web.yaml',
            text: 'services: {}\n',
            changes: [],
            version: null,
            versioned: [],
            networks: [],
          },
        ],
        networks: ['shared'],
        images: [],
        files: [file('web/key', true)],
        directories: ['/mnt/cluster/web'],
        variables: [],
        isBaked: true,
      },
    ],
  });
  const render = (key: string) =>
    createServiceEntries(cluster, identities, assets({ 'web/key': key }), 0)(pi);

  it('are for root alone, and what is secret in them is shown nowhere', () => {
    expect(render('b').map(({ entry, secret }) => [entry.path, entry.mode.toString(8), secret])).toEqual([
      ['/etc/dlimage/stacks/web/web.yaml', '600', false],
      ['/etc/dlimage/stacks/web/key', '600', true],
      ['/etc/dlimage/stacks.json', '644', false],
    ]);
  });

  it('are on the cards of managers only, as workers deploy nothing', () => {
    const entriesOf = createServiceEntries(cluster, identities, assets({ 'web/key': 'b' }), 0);
    expect(entriesOf({ ...pi, role: 'worker' })).toEqual([]);
    expect(entriesOf({ ...pi, index: 2 })).toEqual(entriesOf(pi));
  });

  it('are another version as soon as a file of theirs is', () => {
    const [one, other] = ['b', 'c'].map((key) => listIn(render(key), '/etc/dlimage/stacks.json'));
    expect(one).toEqual([
      {
        name: 'web',
        files: ['web/web.yaml'],
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        resolve_image: 'never',
        directories: ['/mnt/cluster/web'],
        networks: [{ name: 'shared' }],
      },
    ]);
    expect(other).not.toEqual(one);
  });
});

it('the token of a swarm that is joined is for root alone', () => {
  const cluster = defaultCluster();
  const joining = { ...cluster.swarm, joinExisting: { addresses: ['nas:2377'], token: 'SWMTKN' } };
  const [entry] = createServiceEntries({ ...cluster, swarm: joining }, identities, assets({}), 0)(pi);
  expect(entry).toMatchObject({
    secret: true,
    entry: { path: '/etc/dlimage/swarm-token', mode: 0o600 },
  });
});
