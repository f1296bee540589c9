import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../model/environment.ts';

/** Source: ssh_config(5), IdentityFile: what ssh tries when it is told nothing. */
const usualFiles = ['id_rsa', 'id_ecdsa', 'id_ecdsa_sk', 'id_ed25519', 'id_ed25519_sk'];

/** sshd ends after six attempts, and the last one is for the cluster's login key. Source: sshd_config(5), MaxAuthTries. */
const mostFiles = 5;

/**
 * Private keys that ssh should try: those beside the public keys that the definition names, the person's own, and those
 * that it tries by itself. Absolute paths of files that are there.
 */
export async function findIdentityFiles({ paths, ownPublicKeys }: Environment): Promise<string[]> {
  const named = paths.flatMap(({ purpose, kind, absolutePath }) =>
    purpose === 'key' && kind === 'file' ? [absolutePath] : [],
  );
  const own = ownPublicKeys.map(({ file }) => file.replace(/^~(?=\/)/, homedir()));
  const candidates = [...named, ...own].flatMap((file) => (file.endsWith('.pub') ? [file.slice(0, -4)] : []));
  const usual = usualFiles.map((name) => join(homedir(), '.ssh', name));
  const all = [...new Set([...candidates, ...usual])];
  const there = await Promise.all(all.map(isFile));
  return all.filter((_, index) => there[index]).slice(0, mostFiles);
}

async function isFile(path: string): Promise<boolean> {
  const status = await stat(path).catch(() => undefined);
  return status?.isFile() === true;
}
