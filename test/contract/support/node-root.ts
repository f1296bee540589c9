import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNamespace } from '../../../builder/system/host/namespace.ts';
import { ensureIdentities } from '../../../builder/cluster/identity/host/identity-store.ts';
import { silentProgress } from '../../../builder/system/host/progress.ts';
import { readAssets } from '../../../builder/node/host/read-assets.ts';
import { writeRenderedNode } from '../../../builder/node/host/write-rendered-node.ts';
import type { ClusterNode } from '../../../builder/cluster/model/cluster.ts';
import { createRendering } from '../../../builder/node/render/create-rendering.ts';
import { deliveryOf, loadExample, type ExampleName } from '../../golden/support/load-example.ts';
import type { BaseTree } from './base-tree.ts';

/** A node of an example cluster with real keys, laid over a base. */
export interface NodeRoot {
  readonly example: ExampleName;
  readonly node: ClusterNode;
  /** The node's own files, as they will lie on the root partition. */
  readonly directory: string;
  /** Runs a shell script as root inside, with an interface of the node's name that has the node's address. */
  run(script: string): Promise<{ readonly exitCode: number; readonly output: string }>;
}

/** The nodes of one example. Their files lie in a directory that `remove` takes away. */
export interface ExampleRoots {
  readonly nodes: readonly NodeRoot[];
  remove(): Promise<void>;
}

const enterNode = join(import.meta.dirname, 'enter-node.sh');

/** Renders an example with new identities, and lays its nodes over the base. A seed of the FAT partition is put where the base's other way of booting looks for it. */
export async function layOverBase(example: ExampleName, base: BaseTree): Promise<ExampleRoots> {
  const directory = await mkdtemp(join(tmpdir(), 'dlimage-nodes-'));
  const cluster = await loadExample(example);
  const identities = await ensureIdentities(join(directory, 'state'), cluster, silentProgress);
  const { value: rendering, diagnostics } = createRendering(cluster, identities, await readAssets(cluster), {
    delivery: deliveryOf(example),
  });
  if (rendering === undefined) throw new Error(JSON.stringify(diagnostics));
  const nodes: NodeRoot[] = [];
  for (const node of cluster.nodes) {
    const rendered = rendering.renderNode(node);
    await writeRenderedNode(rendered, join(directory, node.name));
    const root = join(directory, node.name, 'root');
    if (rendered.entries.some(({ entry }) => entry.partition === 'boot')) {
      await mkdir(join(root, 'var/lib/cloud/seed'), { recursive: true });
      await rename(join(directory, node.name, 'boot'), join(root, 'var/lib/cloud/seed/nocloud'));
    }
    nodes.push({
      example,
      node,
      directory: root,
      run: async (script) => await runInside(base, root, `${network(node)}\n${script}`),
    });
  }
  return { nodes, remove: async () => await rm(directory, { recursive: true }) };
}

/** Everything a daemon's configuration check wants to see of the network. */
function network(node: ClusterNode): string {
  const setUp = [
    '. /etc/dlimage/node.env',
    'ip link set lo up',
    'ip link add "$DLIMAGE_INTERFACE" type veth peer name neighbour0',
    'ip link set neighbour0 up',
    'ip link set "$DLIMAGE_INTERFACE" up',
  ];
  const address = 'ip address add "$DLIMAGE_ADDRESS/$DLIMAGE_PREFIX_LENGTH" dev "$DLIMAGE_INTERFACE"';
  return [...setUp, ...(node.address === null ? [] : [address])].join('\n');
}

async function runInside(
  base: BaseTree,
  root: string,
  script: string,
): Promise<{ exitCode: number; output: string }> {
  const result = await runInNamespace(
    'sh',
    [enterNode, base.directory, root, '/bin/sh', '-euc', `exec 2>&1\n${script}`],
    {
      step: 'ask the programs of a node',
      timeoutSeconds: 500,
      acceptExitCodes: Array.from({ length: 255 }, (_, code) => code + 1),
    },
  );
  return { exitCode: result.exitCode, output: Buffer.from(result.stdout).toString('utf8') + result.stderr };
}
