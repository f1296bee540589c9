import { join } from 'node:path';
import type { SshIdentity } from '../identities.ts';
import { createFileAtomically } from '../../../system/host/files.ts';

/** Puts the cluster's login key into a directory, which exists, as a file that `ssh -i` takes, and returns its path. */
export async function loginKeyFile(directory: string, loginKey: SshIdentity): Promise<string> {
  const path = join(directory, 'login_key');
  await createFileAtomically(path, loginKey.privateKey);
  await createFileAtomically(`${path}.pub`, `${loginKey.publicKey}\n`, 0o644);
  return path;
}
