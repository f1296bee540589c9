import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeCertificates, NodeKeys, SshIdentity } from '../identities.ts';
import type { RosterMember } from '../roster.ts';
import { runTool } from '../../../system/host/run-tool.ts';

/** Principal of the nodes' certificates: each other's sshd lets in whoever has it. */
export const peerPrincipal = 'dlimage-peer';

/**
 * Certificates of a node's two ssh keys, valid at any clock. A node that was built before this one existed knows by
 * them whom it talks to. The client's lets nothing start but `peer-command` with the node's name, and with a static
 * address it is worth nothing from any other.
 *
 * @param directory - private, takes the temporary files
 */
export async function createSshCertificates(
  directory: string,
  authority: SshIdentity,
  node: Pick<RosterMember, 'name' | 'address'>,
  keys: NodeKeys,
): Promise<NodeCertificates> {
  const { name, address } = node;
  const work = await mkdtemp(join(directory, '.ssh-certificate-'));
  try {
    await writeFile(join(work, 'authority'), authority.privateKey, { mode: 0o600 });
    const sign = async (use: string, publicKey: string, args: readonly string[]): Promise<string> => {
      await writeFile(join(work, `${use}.pub`), `${publicKey}\n`);
      const identity = ['-I', `${use} ${name}`, '-V', 'always:forever'];
      await runTool('ssh-keygen', ['-q', '-s', 'authority', ...identity, ...args, `${use}.pub`], {
        step: `certify the ssh key ${use} ${name}`,
        cwd: work,
      });
      return (await readFile(join(work, `${use}-cert.pub`), 'utf8')).trim();
    };
    const names = address === null ? name : `${name},${address}`;
    const source = address === null ? [] : ['-O', `source-address=${address}/32`];
    const command = ['-O', 'clear', '-O', `force-command=/usr/lib/dlimage/peer-command ${name}`];
    return {
      sshHostCertificate: await sign('host', keys.sshHostKey.publicKey, ['-h', '-n', names]),
      sshClientCertificate: await sign('node', keys.sshClientKey.publicKey, [
        ...['-n', peerPrincipal],
        ...command,
        ...source,
      ]),
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
