import { HostError } from '../../../report/errors.ts';
import type { NodeAnswer } from '../cluster-status.ts';
import { parseNodeRecord } from '../node-record.ts';
import { runTool } from '../../../system/host/run-tool.ts';

/** Time limit for a node's answer; a dead one is noticed sooner, by `ConnectTimeout`. */
const answerSeconds = 30;
const connectSeconds = 5;

/** Messages of ssh, and their meaning here. Source: openssh-portable, ssh.c, sshconnect.c, sshconnect2.c. */
const explanations: readonly (readonly [RegExp, string])[] = [
  [/Host key verification failed|HOST IDENTIFICATION HAS CHANGED/, 'another machine has its address'],
  [/Permission denied/, 'it does not let you in with your keys'],
  [/Could not resolve hostname/, 'its address comes from DHCP, and nobody here knows its name'],
  [/Connection refused/, 'it is starting, or runs no sshd'],
  [/timed out|No route to host|Host is down|unreachable/i, 'no answer'],
  [/command not found|dlimage-node: not found/, 'it runs no dlimage'],
];

/**
 * Asks one node over ssh how it is. That it does not answer is an answer.
 *
 * @param config - path of the ssh configuration that `writeSshAccess` made
 * @throws HostError `tool-missing` when there is no ssh; the reason of the signal
 */
export async function askNode(config: string, name: string, signal: AbortSignal): Promise<NodeAnswer> {
  const options = ['-F', config, '-o', 'BatchMode=yes', '-o', `ConnectTimeout=${connectSeconds}`];
  const agent = process.env['SSH_AUTH_SOCK'];
  try {
    const { stdout, stderr, exitCode } = await runTool(
      'ssh',
      [...options, name, 'dlimage-node status --json'],
      {
        step: `ask ${name} how it is`,
        acceptExitCodes: everyFailure,
        timeoutSeconds: answerSeconds,
        signal,
        ...(agent === undefined ? {} : { env: { SSH_AUTH_SOCK: agent } }),
      },
    );
    const record = parseNodeRecord(Buffer.from(stdout).toString('utf8'));
    if (record !== undefined) return { record };
    return { problem: explain(stderr) ?? `it said nothing that can be read (exit code ${exitCode})` };
  } catch (error) {
    if (error instanceof HostError && error.id === 'tool-timeout') return { problem: 'no answer' };
    throw error;
  }
}

/** A node that is not assembled yet makes its command fail, too. */
const everyFailure = Array.from({ length: 255 }, (_, code) => code + 1);

function explain(stderr: string): string | undefined {
  const known = explanations.find(([pattern]) => pattern.test(stderr))?.[1];
  return (
    known ??
    stderr
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^ssh: /, '')
      .trim()
      .replace(/^$/, 'no answer')
  );
}
