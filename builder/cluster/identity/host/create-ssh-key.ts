import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SshIdentity } from '../identities.ts';
import { runTool } from '../../../system/host/run-tool.ts';

/** A new ed25519 key pair without a passphrase. `directory` is private and takes the temporary files. */
export async function createSshKey(directory: string, comment: string): Promise<SshIdentity> {
  const work = await mkdtemp(join(directory, '.ssh-key-'));
  try {
    const path = join(work, 'key');
    await runTool('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path], {
      step: `make the ssh key ${comment}`,
    });
    return {
      privateKey: await readFile(path, 'utf8'),
      publicKey: (await readFile(`${path}.pub`, 'utf8')).trim(),
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
