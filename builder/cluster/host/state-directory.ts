import { join, resolve } from 'node:path';

/** Directory of a cluster's identities: inside `--state`, or inside `.dlimage` beside the definition. */
export function stateDirectory(
  clusterName: string,
  projectDirectory: string,
  state: string | undefined,
): string {
  return join(state === undefined ? join(projectDirectory, '.dlimage') : resolve(state), clusterName);
}
