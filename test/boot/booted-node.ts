import { afterAll, beforeAll, describe } from 'vitest';
import { parse } from 'yaml';
import { buildClusterUnderTest, type ClusterUnderTest } from './cluster-under-test.ts';
import { startLan, type Lan } from './lan.ts';
import { createMachine, type Machine } from './machine.ts';
import type { ExpectedNode } from './node-facts.ts';
import { hasNotFailed } from './has-not-failed.ts';
import { platforms, type PlatformName } from './platforms.ts';
import { bootsAll, canBoot } from './requirements.ts';
import { waitForVerdict, type Verdict } from './verdict.ts';

/** Which node of which cluster is booted on what. */
export interface BootedNodeOptions {
  readonly platform: PlatformName;
  readonly profile: string;
  readonly count: number;
  /** Number of the node that is booted, from 1. */
  readonly index: number;
  readonly architecture: ExpectedNode['architecture'];
  /** Where `dlimage inspect` finds the seed's meta-data. */
  readonly metaDataPath: string;
  /** Only tried when what takes long is wanted. */
  readonly isLong?: boolean;
}

/** A node that is running and has told what it looks like. */
export interface BootedNode {
  readonly cluster: ClusterUnderTest;
  readonly lan: Lan;
  readonly machine: Machine;
  readonly expected: ExpectedNode;
  readonly verdict: Verdict;
  /** Port of 127.0.0.1 that leads to its ssh. */
  readonly sshPort: number;
}

/** None of the defaults, so that what arrives on the node can only come from the definition. */
const network = { subnet: '192.168.77.0/24', gateway: '192.168.77.9', first_address: '192.168.77.21' };
const timezone = 'Europe/Madrid';
const verdictSeconds = 1200;
const firstLineSeconds = 300;

/** A `describe` whose node is built and booted before its tests run. They get it from the function they are given. */
export function describeBootedNode(
  title: string,
  options: BootedNodeOptions,
  tests: (booted: () => BootedNode) => void,
): void {
  describe.runIf(canBoot(options.platform) && (bootsAll || options.isLong !== true))(title, () => {
    let node: BootedNode | undefined;
    const stop: (() => Promise<void>)[] = [];

    beforeAll(async () => {
      node = await bootNode(options, stop);
    });

    // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern which fixtures are wanted: none
    afterAll(async ({}, suite) => {
      for (const action of stop.toReversed()) await action();
      if (node === undefined) return;
      if (suite.tasks.every(hasNotFailed)) return await node.cluster.remove();
      console.error(`${await node.machine.console.tail()}\nkept for a look: ${node.cluster.directory}`);
    });

    tests(() => {
      if (node === undefined) throw new Error('the node has not booted');
      return node;
    });
  });
}

/** How long a machine may take from power-on to its verdict. Several times what it needs on a quiet machine. */
export function bootLimitSeconds(platform: PlatformName): number {
  return verdictSeconds * platforms[platform].slowness;
}

async function bootNode(options: BootedNodeOptions, stop: (() => Promise<void>)[]): Promise<BootedNode> {
  const { platform, profile, count, index } = options;
  const names = Array.from({ length: count }, (_, position) => `boot-${position + 1}`);
  const name = names[index - 1] ?? '';
  const definition = { profile, count, timezone, network };
  const cluster = await buildClusterUnderTest('boot', definition, { nodes: [name] });
  const { directory } = cluster;
  const lan = await startLan({ directory, subnet: network.subnet, gateway: network.gateway, ports: count });
  stop.push(lan.close);
  const netdev = lan.netdev(index);
  const machine = await createMachine({
    name,
    platform,
    image: cluster.image(name),
    directory,
    netdev,
    port: index,
  });
  stop.push(machine.kill);
  const expected = await expectNode(options, cluster, names);
  await machine.start();
  // A boot loader that does not find its kernel says nothing: no need to wait for long.
  await machine.console.waitForLine(/\S/, firstLineSeconds);
  const verdict = await waitForVerdict(machine.console, bootLimitSeconds(platform));
  return { cluster, lan, machine, expected, verdict, sshPort: await lan.forward(expected.address, 22) };
}

async function expectNode(
  options: BootedNodeOptions,
  cluster: ClusterUnderTest,
  names: readonly string[],
): Promise<ExpectedNode> {
  const hosts = Object.fromEntries(names.map((name, position) => [name, `192.168.77.${21 + position}`]));
  const name = names[options.index - 1] ?? '';
  const metaData = await cluster.dlimage('inspect', cluster.image(name), options.metaDataPath);
  const peers: Record<string, string> = {};
  // Three nodes hold the volume; the others only mount it.
  for (const peer of names.slice(0, 3).filter((other) => other !== name)) {
    peers[peer] = (await cluster.identity(peer)).glusterUuid;
  }
  return {
    name,
    address: hosts[name] ?? '',
    prefixLength: 24,
    gateway: network.gateway,
    interface: 'eth0',
    architecture: options.architecture,
    timezone,
    instanceId: String((parse(metaData) as Record<string, unknown>)['instance-id']),
    userPublicKey: cluster.userPublicKey,
    identity: await cluster.identity(name),
    hosts,
    peers,
  };
}
