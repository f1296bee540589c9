import { describe, expect, it } from 'vitest';
import type { HostPath } from '../../../../builder/cluster/model/environment.ts';
import { describeCluster } from '../../../../builder/node/describe/describe-cluster.ts';
import { formatPlan } from '../../../../builder/node/describe/format-plan.ts';
import type { Plan } from '../../../../builder/node/describe/plan.ts';
import { resolved } from '../understand.ts';

const found = (
  purpose: HostPath['purpose'],
  written: string,
  more: Partial<HostPath> & { readonly path?: string } = {},
): HostPath => ({
  purpose,
  written,
  from: 'definition',
  kind: 'file',
  absolutePath: `/project/${written}`,
  realPath: `/project/${written}`,
  sizeBytes: 5,
  ...more,
});
const image = (written: string, ...references: string[]): HostPath =>
  found('image', written, {
    archive: { images: [{ id: `sha256:${written}`, references, architecture: 'arm64' }] },
  });
const stack = (written: string, text: string): HostPath => found('stack', written, { text });

describe('images', () => {
  it('with the same name of a file get names of their own on the nodes', () => {
    const paths = [image('web.tar', 'web:1'), image('old/web.tar.gz', 'web:0'), image('é.tar', 'e:1')];
    const { images } = resolved('images: [web.tar, old/web.tar.gz, é.tar]', {}, { paths });
    expect(images.map(({ fileName }) => fileName)).toEqual(['web.tar', 'web-2.tar', 'image.tar']);
  });
});

describe('stacks', () => {
  it('need no registry when all of their images are on the nodes', () => {
    const paths = [
      image('web.tar', 'docker.io/library/web:latest'),
      stack('a.yaml', 'services: { a: { image: web } }'),
      stack('b.yaml', 'services: { a: { image: web }, b: { image: "other:1" } }'),
    ];
    const { stacks } = resolved('{ images: [web.tar], stacks: [a.yaml, b.yaml] }', {}, { paths });
    expect(stacks.map(({ name, isBaked }) => [name, isBaked])).toEqual([
      ['a', true],
      ['b', false],
    ]);
  });

  it('say where the values of their variables came from, in a plan too, and never the values', () => {
    const text = 'services: { a: { image: "a:${TAG}", command: "${WORD:-x}", environment: [TOKEN] } }';
    const paths = [
      stack('apps/a.yaml', text),
      found('stack-variables', 'apps/.env', { text: 'TOKEN=hunter2\nTAG=7\n' }),
    ];
    const cluster = resolved('stacks: [apps/a.yaml]', {}, { paths, variables: { TAG: '42' } });
    expect(cluster.stacks[0]?.variables).toEqual([
      { name: 'TAG', file: null },
      { name: 'TOKEN', file: 'apps/.env' },
    ]);
    const plan: Plan = { cluster: describeCluster(cluster, null), overlays: [], nodes: [] };
    const page = formatPlan(plan, { hasFiles: true });
    expect(page).toContain('TAG of a (from the environment), TOKEN of a (from apps/.env)');
    expect(page + JSON.stringify(plan)).not.toMatch(/hunter2/);
  });

  it('have env files whose bare names have their values, or are gone', () => {
    const text = 'services: { a: { image: "a:1", env_file: [a.env, b.env] } }';
    const paths = [
      stack('a.yaml', text),
      found('stack-env-file', 'a.env', { text: '\uFEFF# one\r\nA=1\n TOKEN\r\nHOME\nURL\n' }),
      found('stack-env-file', 'b.env', { text: 'A=1\n' }),
      found('stack-variables', '.env', { text: "TOKEN='x=$y'\n" }),
    ];
    const { stacks } = resolved('stacks: [a.yaml]', {}, { paths, variables: { URL: 'http://a' } });
    expect(stacks[0]?.files.map(({ path, filled }) => [path, filled])).toEqual([
      ['a/a.env', '# one\r\nA=1\nTOKEN=x=$y\nURL=http://a\n'],
      ['a/b.env', undefined],
    ]);
    expect(stacks[0]?.variables).toEqual([
      { name: 'TOKEN', file: '.env' },
      { name: 'URL', file: null },
    ]);
  });

  it('lie as they do beside the definition, with the files they name', () => {
    const text = `
services: { a: { image: "a:1", env_file: ../common.env } }
configs: { c: { file: ./c.conf }, same: { file: c.conf } }
secrets: { s: { file: ./c.conf } }`;
    const paths = [
      stack('apps/a/compose.yaml', text),
      found('stack-env-file', 'apps/common.env', { text: 'A=1\n' }),
      found('stack-file', 'apps/a/c.conf'),
    ];
    const { stacks } = resolved('stacks: [apps/a/compose.yaml]', {}, { paths });
    expect(stacks).toMatchObject([
      {
        name: 'a',
        composeFiles: [
          {
            path: 'a/apps/a/compose.yaml',
            text,
            version: '3.9',
            versioned: [
              { section: 'configs', key: 'c', hostPath: '/project/apps/a/c.conf' },
              { section: 'configs', key: 'same', hostPath: '/project/apps/a/c.conf' },
              { section: 'secrets', key: 's', hostPath: '/project/apps/a/c.conf' },
            ],
          },
        ],
        files: [
          { path: 'a/apps/common.env', isSecret: true },
          { path: 'a/apps/a/c.conf', isSecret: true },
        ],
      },
    ]);
  });

  it('alone need no folder, and name the folders of the shared storage that they bind', () => {
    const text = `
services:
  a:
    image: a:1
    volumes: [/mnt/cluster/b/, /mnt/cluster/a:/a, /mnt/cluster/b/../a:/c, /var/run/docker.sock:/s, "/mnt/cluster/$$X.conf:/x", /mnt/cluster:/all, "/mnt/cluster/b/:/b"]`;
    const { stacks } = resolved('stacks: [a.yaml]', {}, { paths: [stack('a.yaml', text)] });
    expect(stacks).toMatchObject([
      { composeFiles: [{ path: 'a.yaml' }], files: [], directories: ['/mnt/cluster/a', '/mnt/cluster/b'] },
    ]);
  });
});

it('a swarm that is there already is joined with the token of a file', () => {
  const token = `SWMTKN-1-${'0a'.repeat(25)}-${'z'.repeat(25)}`;
  const { swarm } = resolved(
    'swarm: { join_existing: { addresses: ["nas:2377"], token_file: token } }',
    {},
    { paths: [found('token', 'token', { text: `${token}\n` })] },
  );
  expect(swarm.joinExisting).toEqual({ addresses: ['nas:2377'], token });
});
