import { buildClusterUnderTest, type ClusterUnderTest } from '../cluster-under-test.ts';
import { startLan, type Lan } from '../lan.ts';
import { createMachine, type Machine } from '../machine.ts';
import type { PlatformName } from '../platforms.ts';
import { createNodeShell, type AskedNode, type NodeShell } from './node-shell.ts';

/** One node: the board, and a way to ask it. */
export interface ClusterNode extends AskedNode {
  readonly address: string;
  /** Port of the LAN it is plugged into, from 1. */
  readonly port: number;
  readonly machine: Machine;
  /** Its image, as it was last built. */
  readonly image: string;
  readonly shell: NodeShell;
  /** Switches it on. */
  start(): Promise<void>;
  /** Cuts its power. */
  kill(): Promise<void>;
  /** Builds its image again under the same identity and puts it in, as after the loss of a card. It must be off. */
  reflash(): Promise<void>;
}

/** Several machines on one LAN, started from images of one definition. */
export interface ClusterOfMachines {
  readonly cluster: ClusterUnderTest;
  readonly lan: Pick<Lan, 'setLink'>;
  readonly virtualIp: string;
  readonly nodes: readonly ClusterNode[];
  /** The node with this number, from 1. */
  node(number: number): ClusterNode;
  /** The port of 127.0.0.1 that leads to a port of any address on the LAN. */
  forward(address: string, port: number): Promise<number>;
  /** Builds the image of one more node, and nothing else; the definition then counts it. */
  grow(options?: NodeOptions): Promise<ClusterNode>;
  close(): Promise<void>;
}

export interface NodeOptions {
  /** What the board's clock says at power-on; see `MachineOptions.clock`. */
  readonly clock?: string;
  /** What the node is, where it is not what the others are. */
  readonly platform?: PlatformName;
}

export interface ClusterOfMachinesOptions {
  readonly count: number;
  /** Added to the definition. */
  readonly definition?: Readonly<Record<string, unknown>>;
  /** Puts what the definition names into its folder, before the build. */
  readonly prepare?: (directory: string) => Promise<void>;
  /** Nodes start a second time by themselves, as those do that install packages at first. */
  readonly mayRestart?: boolean;
  /** What the nodes are; a PC when absent. The definition's profile has to fit. */
  readonly platform?: PlatformName;
  /** By number of the node. */
  readonly nodes?: Readonly<Record<number, NodeOptions>>;
}

/** The LAN of every cluster; none of the defaults. */
export const network = { subnet: '192.168.77.0/24', gateway: '192.168.77.9', first_address: '192.168.77.21' };
const virtualIp = '192.168.77.50';
const clusterName = 'boot';
const mostNodes = 6;

/** Builds the images and plugs the machines in; all of them are off. */
export async function createClusterOfMachines(options: ClusterOfMachinesOptions): Promise<ClusterOfMachines> {
  const define = (count: number): Record<string, unknown> => ({
    profile: 'x86',
    ...(options.definition?.['nodes'] === undefined && { count }),
    network,
    vip: virtualIp,
    ...options.definition,
  });
  const cluster = await buildClusterUnderTest(clusterName, define(options.count), {
    silent: true,
    ...(options.prepare === undefined ? {} : { prepare: options.prepare }),
  });
  const { subnet, gateway } = network;
  const lan = await startLan({ directory: cluster.directory, subnet, gateway, ports: mostNodes });
  const nodes: ClusterNode[] = [];
  const forwards = new Map<string, number>();
  const plugIn = async (number: number, nodeOptions: NodeOptions = {}): Promise<ClusterNode> => {
    const { mayRestart = false, platform = 'pc-bios' } = options;
    const node = await createNode(cluster, lan, number, { mayRestart, platform, ...nodeOptions });
    nodes.push(node);
    return node;
  };
  for (let number = 1; number <= options.count; number += 1) await plugIn(number, options.nodes?.[number]);
  return {
    cluster,
    lan,
    virtualIp,
    nodes,
    node: (number) => {
      const node = nodes[number - 1];
      if (node === undefined) throw new Error(`there are nodes 1 to ${nodes.length}, not ${number}`);
      return node;
    },
    forward: async (address, port) => {
      const key = `${address}:${port}`;
      const forwarded = forwards.get(key) ?? (await lan.forward(address, port));
      forwards.set(key, forwarded);
      return forwarded;
    },
    grow: async (nodeOptions) => {
      const number = nodes.length + 1;
      await cluster.define(define(number));
      await cluster.build([nameOf(number)]);
      return await plugIn(number, nodeOptions);
    },
    close: async () => {
      for (const node of nodes) await node.kill();
      await lan.close();
    },
  };
}

function nameOf(number: number): string {
  return `${clusterName}-${number}`;
}

async function createNode(
  cluster: ClusterUnderTest,
  lan: Lan,
  number: number,
  options: NodeOptions & { readonly mayRestart: boolean; readonly platform: PlatformName },
): Promise<ClusterNode> {
  const { directory } = cluster;
  const name = nameOf(number);
  const address = `192.168.77.${20 + number}`;
  const machine = await createMachine({
    ...options,
    name,
    image: cluster.image(name),
    directory,
    netdev: lan.netdev(number),
    port: number,
  });
  const shell = await createNodeShell({
    directory,
    node: name,
    hostKey: (await cluster.identity(name)).sshHostKey.publicKey,
    user: 'dlimage',
    key: cluster.userKey,
    port: await lan.forward(address, 22),
  });
  return {
    name,
    address,
    port: number,
    machine,
    console: machine.console,
    image: cluster.image(name),
    shell,
    start: machine.start,
    kill: async () => {
      shell.close();
      await machine.kill();
    },
    reflash: async () => {
      await cluster.build([name]);
      await machine.flash(cluster.image(name));
    },
  };
}
