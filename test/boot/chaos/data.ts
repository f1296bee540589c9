import { expect } from 'vitest';
import type { ClusterNode } from '../cluster/cluster-of-machines.ts';

const folder = '/mnt/cluster/chaos';
const files = 40;

/** Writes files with random content to the shared storage, and their checksums beside them. */
export async function writeData(node: ClusterNode): Promise<void> {
  await node.shell.runAsRoot(
    `mkdir -p ${folder} && cd ${folder} && for number in $(seq ${files}); do head -c 20000 /dev/urandom >$number; done` +
      ' && sha256sum [0-9]* >sums && sync',
    300,
  );
}

/** Reads all of them on every node. */
export async function compareData(nodes: readonly ClusterNode[]): Promise<void> {
  for (const { shell, name } of nodes) {
    const { exitCode, stdout } = await shell.attempt(
      `cd ${folder} && sudo -n sha256sum --check --quiet sums`,
      300,
    );
    expect({ exitCode, stdout }, `the data as ${name} sees it`).toEqual({ exitCode: 0, stdout: '' });
  }
}
