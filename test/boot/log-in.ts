import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from '../../builder/system/host/run-tool.ts';

/** How a node is reached from outside, and by whom. */
export interface LoginTarget {
  /** Takes the known_hosts file. */
  readonly directory: string;
  readonly node: string;
  /** Port of 127.0.0.1 that leads to the node's ssh port. */
  readonly port: number;
  /** The only host key that is accepted. */
  readonly hostKey: string;
  readonly user: string;
  /** Private key file, or null to come without one. */
  readonly key: string | null;
}

/** Runs a command on a node over ssh as a user would. `exitCode` is 255 when the node was not entered. */
export async function logIn(
  target: LoginTarget,
  command: string,
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const knownHosts = join(target.directory, `${target.node}.known_hosts`);
  await writeFile(knownHosts, `${target.node} ${target.hostKey}\n`);
  const options = {
    BatchMode: 'yes',
    ConnectTimeout: '60',
    HostKeyAlias: target.node,
    IdentitiesOnly: 'yes',
    IdentityFile: target.key ?? 'none',
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: knownHosts,
  };
  const result = await runTool(
    'ssh',
    [
      ...['-F', 'none', '-p', String(target.port)],
      ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
      `${target.user}@127.0.0.1`,
      command,
    ],
    { step: `log in to ${target.node}`, acceptExitCodes: [255], timeoutSeconds: 180 },
  );
  return {
    exitCode: result.exitCode,
    stdout: Buffer.from(result.stdout).toString('utf8'),
    stderr: result.stderr,
  };
}
