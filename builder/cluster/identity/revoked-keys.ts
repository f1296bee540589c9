import type { NodeKeys, RevokedKeys } from './identities.ts';

/** Public parts of revoked keys, by which every node refuses them. */
export function revokedKeysOf(name: string, keys: NodeKeys): RevokedKeys {
  return {
    name,
    sshKeys: [keys.sshHostKey, keys.sshClientKey].map(({ publicKey }) => withoutComment(publicKey)),
    tlsName: tlsNameOf(name, keys),
    glusterUuid: keys.glusterUuid,
  };
}

/** The common name in a node's certificate: its name, until its keys were revoked for the first time. */
export function tlsNameOf(name: string, { tls }: Pick<NodeKeys, 'tls'>): string {
  return tls.commonName ?? name;
}

/** True when a node still has keys that were revoked: it needs new ones. */
export function isRevoked(keys: NodeKeys, revoked: readonly RevokedKeys[]): boolean {
  const own = withoutComment(keys.sshHostKey.publicKey);
  return revoked.some(({ sshKeys }) => sshKeys.includes(own));
}

/** The common name for a node's next keys: GlusterFS goes by names alone, so that they must not be the former one. */
export function nextTlsName(name: string, revoked: readonly RevokedKeys[]): string {
  return `${name}.${revoked.filter((keys) => keys.name === name).length + 1}`;
}

/**
 * The file of keys that a node's ssh and sshd refuse, also when a certificate vouches for them. Never empty: a file that
 * sshd cannot read makes it refuse everybody.
 *
 * Source: https://man.openbsd.org/sshd_config, RevokedKeys
 *
 * @param rosterText - a roster as `formatRoster` makes it
 */
export function formatRevokedSshKeys(rosterText: string): string {
  const lines = ['# Keys that the signed list of nodes revokes.', ...revokedSshKeys(rosterText)];
  return `${lines.join('\n')}\n`;
}

/** The ssh keys that a roster revokes, in order. */
export function revokedSshKeys(rosterText: string): string[] {
  const { revoked = [] } = JSON.parse(rosterText) as { revoked?: { ssh_keys: string[] }[] };
  return revoked.flatMap(({ ssh_keys: keys }) => keys).toSorted();
}

function withoutComment(publicKey: string): string {
  return publicKey.split(' ', 2).join(' ');
}
