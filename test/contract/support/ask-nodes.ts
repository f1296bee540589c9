import type { NodeRoot } from './node-root.ts';

/** What one node said to a script. */
export interface Answer extends NodeRoot {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs a shell script on every one of these nodes, one after the other. */
export async function askNodes(nodes: readonly NodeRoot[], script: string): Promise<Answer[]> {
  if (nodes.length === 0) throw new Error('no example has such a node');
  const answers: Answer[] = [];
  for (const root of nodes) answers.push({ ...root, ...(await root.run(script)) });
  return answers;
}

/** What nodes said that should have said nothing and ended well. */
export function complaints(answers: readonly Answer[]): string[] {
  return answers
    .filter(({ exitCode, output }) => exitCode !== 0 || output !== '')
    .map(({ node, exitCode, output }) => `${node.name}: exit code ${exitCode}\n${output}`);
}
