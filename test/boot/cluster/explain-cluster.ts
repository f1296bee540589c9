import type { ClusterNode } from './cluster-of-machines.ts';

/** What every node says of itself, and the end of its console: for the message of a failure. */
export async function explainCluster(nodes: readonly ClusterNode[]): Promise<string> {
  return (await Promise.all(nodes.map(explainNode))).join('\n');
}

const questions = [
  'dlimage-node status',
  'sudo -n journalctl -b -q -u dlimage-agent -u dlimage-storage -o short-monotonic --no-hostname -n 25',
  'systemctl --failed --plain --no-legend --no-pager',
];

async function explainNode(node: ClusterNode): Promise<string> {
  const answer = await node.shell
    .attempt(questions.join('; '), 90)
    .catch((error: unknown) => ({ stdout: '', stderr: String(error) }));
  const said = `${answer.stdout}${answer.stderr}`.trimEnd().split('\n');
  return [`--- ${node.name}`, ...said.map((line) => `  ${line}`), await node.machine.console.tail(8)].join(
    '\n',
  );
}
