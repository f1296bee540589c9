import { join } from 'node:path';
import { HostError } from '../../report/errors.ts';
import { createFileAtomically, readTextIfExists } from '../files.ts';
import { parseStoredCluster } from './stored-identity.ts';

/**
 * Puts the cluster's login key beside the identities as a file that `ssh -i` takes, and returns its path.
 *
 * @param directory - the store of this cluster, which exists
 */
export async function loginKeyFile(directory: string): Promise<string> {
  const file = join(directory, 'cluster.json');
  const text = await readTextIfExists(file);
  if (text === undefined) throw new HostError('identity-damaged', `${file} is missing`);
  const { loginKey } = parseStoredCluster(text, file);
  const path = join(directory, 'login_key');
  await createFileAtomically(path, loginKey.privateKey);
  await createFileAtomically(`${path}.pub`, `${loginKey.publicKey}\n`, 0o644);
  return path;
}
