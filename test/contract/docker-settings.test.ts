import { afterAll, beforeAll, expect, it } from 'vitest';
import { dockerSettings, type DockerValue } from '../../builder/cluster/values/docker-settings.ts';
import { understand } from '../unit/cluster/understand.ts';
import { askNodes } from './support/ask-nodes.ts';
import { unpackBase, type BaseTree } from './support/base-tree.ts';
import { layOverBase, type ExampleRoots } from './support/node-root.ts';

// dockerd of the base starts with every setting that `docker:` takes, and says so of none that it does not know.
let base: BaseTree | undefined;
let example: ExampleRoots | undefined;

beforeAll(async () => {
  base = await unpackBase();
  example = await layOverBase('x86-nfs', base);
});
afterAll(async () => {
  await example?.remove();
});

const samples: Readonly<Record<DockerValue, unknown>> = {
  text: 'x',
  number: 5,
  flag: true,
  words: ['x'],
  texts: {},
  mapping: {},
};

/** Values of the settings that dockerd looks into. */
const special: Readonly<Record<string, unknown>> = {
  bip: '172.31.0.1/24',
  'default-gateway': '172.31.0.2',
  'default-gateway-v6': 'fd00::2',
  'default-cgroupns-mode': 'private',
  'default-ipc-mode': 'private',
  'default-runtime': 'runc',
  'default-shm-size': '64M',
  dns: ['9.9.9.9'],
  'dns-search': ['home.arpa'],
  'fixed-cidr': '172.31.0.0/25',
  'fixed-cidr-v6': 'fd00::/64',
  'host-gateway-ip': '10.0.0.1',
  'insecure-registries': ['10.0.0.1:5000', '10.0.0.0/24'],
  ip: '10.0.0.1',
  labels: ['a=b'],
  'log-driver': 'local',
  'log-level': 'warn',
  'metrics-addr': '127.0.0.1:9323',
  'node-generic-resources': ['gpu=1'],
  'registry-mirrors': ['http://10.0.0.1:5001/'],
  // dockerd does not look at the name of an empty mapping.
  'default-network-opts': { bridge: { 'com.docker.network.driver.mtu': '1400' } },
  'default-ulimits': { nofile: { Name: 'nofile', Hard: 64_000, Soft: 64_000 } },
  features: { buildkit: true },
  'log-opts': { 'max-size': '10m' },
  proxies: { 'http-proxy': 'http://10.0.0.1:3128' },
  runtimes: { other: { path: '/usr/bin/other' } },
};

function askAbout(name: string, value: unknown): string {
  const text = JSON.stringify({ [name]: value });
  return `printf '%s' '${text}' >/tmp/d.json
    dockerd --validate --config-file /tmp/d.json >/tmp/out 2>&1 || { echo "${name}:"; cat /tmp/out; }`;
}

it('dockerd takes every setting', async () => {
  const scripts = [...dockerSettings].map(([name, { value }]) =>
    askAbout(name, special[name] ?? samples[value]),
  );
  const [answer] = await askNodes((example?.nodes ?? []).slice(0, 1), scripts.join('\n'));
  expect(answer).toMatchObject({ exitCode: 0, output: '' });
});

/** Ids of the errors about a setting. */
function errorsAbout(name: string, value: unknown): string[] {
  const { diagnostics } = understand(`docker: ${JSON.stringify({ [name]: value })}\n`);
  return diagnostics.filter(({ severity }) => severity === 'error').map(({ id }) => id);
}

it('a build takes the values that dockerd takes', () => {
  const refused = Object.entries(special).filter(([name, value]) =>
    errorsAbout(name, value).includes('docker-value'),
  );
  expect(refused).toEqual([]);
});

const wrong: Readonly<Record<string, unknown>> = {
  'default-gateway': 'x',
  'default-gateway-v6': 'x',
  'default-cgroupns-mode': 'x',
  'default-ipc-mode': 'x',
  'default-network-opts': { bridge: { 'com.docker.network.driver.mtu': 1400 } },
  'default-shm-size': 'x',
  'default-ulimits': { nofile: 5 },
  dns: ['nope'],
  'dns-search': ['a b'],
  features: { x: 'y' },
  'fixed-cidr-v6': 'x',
  'host-gateway-ip': 'x',
  ip: 'x',
  labels: ['x'],
  'log-level': 'x',
  'max-concurrent-downloads': -1,
  'node-generic-resources': ['x'],
  runtimes: { x: 5 },
};

it.each(Object.entries(wrong))('dockerd and a build refuse this %s', async (name, value) => {
  expect(errorsAbout(name, value)).toContain('docker-value');
  const [answer] = await askNodes((example?.nodes ?? []).slice(0, 1), askAbout(name, value));
  expect(answer?.output).toContain(`${name}:`);
});

it('dockerd refuses a setting that it does not know, so this test can fail', async () => {
  const [answer] = await askNodes((example?.nodes ?? []).slice(0, 1), askAbout('no-such-setting', 1));
  expect(answer?.output).toContain("don't match any configuration option");
});
