const keys = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'ssh-rsa'];
const securityKeys = ['sk-ssh-ed25519', 'sk-ecdsa-sha2-nistp256'];
const macs = ['hmac-sha1', 'hmac-sha1-96', 'hmac-sha2-256', 'hmac-sha2-512', 'hmac-md5', 'hmac-md5-96'];

const signatures: readonly string[] = [
  ...[...keys, 'rsa-sha2-256', 'rsa-sha2-512', 'ssh-dss'].flatMap((name) => [
    name,
    `${name}-cert-v01@openssh.com`,
  ]),
  ...securityKeys.flatMap((name) => [`${name}@openssh.com`, `${name}-cert-v01@openssh.com`]),
  'webauthn-sk-ecdsa-sha2-nistp256@openssh.com',
];

/** Names that keywords of sshd_config take, in lower case. sshd ends at another. Source: `ssh -Q` of OpenSSH 9.2 and 10.0 */
export const sshdAlgorithms: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'ciphers',
    [
      ...['3des-cbc', 'aes128-cbc', 'aes192-cbc', 'aes256-cbc', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr'],
      ...['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com'],
    ],
  ],
  [
    'macs',
    [
      ...macs.flatMap((name) => [name, `${name}-etm@openssh.com`]),
      ...['umac-64@openssh.com', 'umac-128@openssh.com'],
      ...['umac-64-etm@openssh.com', 'umac-128-etm@openssh.com'],
    ],
  ],
  [
    'kexalgorithms',
    [
      ...[
        '1-sha1',
        '14-sha1',
        '14-sha256',
        '16-sha512',
        '18-sha512',
        '-exchange-sha1',
        '-exchange-sha256',
      ].map((name) => `diffie-hellman-group${name}`),
      ...['ecdh-sha2-nistp256', 'ecdh-sha2-nistp384', 'ecdh-sha2-nistp521'],
      ...['curve25519-sha256', 'curve25519-sha256@libssh.org', 'mlkem768x25519-sha256'],
      ...['sntrup761x25519-sha512', 'sntrup761x25519-sha512@openssh.com'],
    ],
  ],
  ...[
    'hostkeyalgorithms',
    'casignaturealgorithms',
    'pubkeyacceptedalgorithms',
    'pubkeyacceptedkeytypes',
    'hostbasedacceptedalgorithms',
    'hostbasedacceptedkeytypes',
  ].map((keyword): [string, readonly string[]] => [keyword, signatures]),
]);
