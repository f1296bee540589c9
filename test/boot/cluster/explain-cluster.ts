import type { AskedNode } from './node-shell.ts';

/** What every node says of itself, and the end of its console: for the message of a failure. */
export async function explainCluster(nodes: readonly AskedNode[]): Promise<string> {
  return (await Promise.all(nodes.map(explainNode))).join('\n');
}

const questions = [
  'dlimage-node status',
  'sudo -n journalctl -b -q -u dlimage-agent -u dlimage-storage -o short-monotonic --no-hostname -n 25',
  'systemctl --failed --plain --no-legend --no-pager',
];

async function explainNode(node: AskedNode): Promise<string> {
  const answer = await node.shell
    .attempt(questions.join('; '), 90)
    .catch((error: unknown) => ({ stdout: '', stderr: String(error) }));
  const said = `${answer.stdout}${answer.stderr}`.trimEnd().split('\n');
  const printed = (await node.console?.tail(8)) ?? '';
  return [`--- ${node.name}`, ...said.map((line) => `  ${line}`), printed].join('\n');
}
