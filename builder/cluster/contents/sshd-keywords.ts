/** Arguments of a keyword of sshd_config. */
export interface SshdKeyword {
  /** Pattern of every value. */
  readonly value: RegExp;
  /** The same in words. */
  readonly wanted: string;
  /** Number of values: one, at least one, or at least two. Of several, only the first is looked at. */
  readonly takes: 'one' | 'some' | 'two';
  /** True when it may stand below `Match`. */
  readonly inMatch: boolean;
}

/** Keywords with the same values. A `*` behind one: it may stand below `Match`, too. */
interface Kind {
  readonly keywords: string;
  readonly value: RegExp;
  readonly wanted: string;
  readonly takes?: SshdKeyword['takes'];
}

const number = /^\d+$/;
/** Source: sshd_config(5), TIME FORMATS */
const time = /^(?:\d+[smhdw]?)+$/i;
const anything = /^[^]*$/;

/** Source: sshd_config(5) of OpenSSH 9.2 and 10.0, each keyword asked of both */
const kinds: readonly Kind[] = [
  {
    keywords:
      'AllowAgentForwarding* DebianBanner DisableForwarding* ExposeAuthInfo* GSSAPIAuthentication* GSSAPICleanupCredentials ' +
      'GSSAPIKeyExchange GSSAPIStoreCredentialsOnRekey GSSAPIStrictAcceptorCheck HostbasedAuthentication* ' +
      'HostbasedUsesNameFromPacketOnly* IgnoreUserKnownHosts ChallengeResponseAuthentication* ' +
      'KbdInteractiveAuthentication* KerberosAuthentication* KerberosOrLocalPasswd KerberosTicketCleanup ' +
      'PasswordAuthentication* PermitEmptyPasswords* PermitTTY* PermitUserRC* PrintLastLog PrintMotd ' +
      'PubkeyAuthentication* RefuseConnection* StreamLocalBindUnlink* StrictModes TCPKeepAlive UseDNS UsePAM ' +
      'X11Forwarding* X11UseLocalhost*',
    value: /^(?:yes|no)$/i,
    wanted: 'yes or no',
  },
  {
    keywords: 'AllowTcpForwarding* AllowStreamLocalForwarding*',
    value: /^(?:yes|all|no|local|remote)$/i,
    wanted: 'yes, no, local or remote',
  },
  {
    keywords: 'PermitRootLogin*',
    value: /^(?:yes|no|prohibit-password|without-password|forced-commands-only)$/i,
    wanted: 'yes, no, prohibit-password or forced-commands-only',
  },
  { keywords: 'GatewayPorts*', value: /^(?:yes|no|clientspecified)$/i, wanted: 'yes, no or clientspecified' },
  { keywords: 'IgnoreRhosts*', value: /^(?:yes|no|shosts-only)$/i, wanted: 'yes, no or shosts-only' },
  { keywords: 'Compression', value: /^(?:yes|no|delayed)$/i, wanted: 'yes, no or delayed' },
  {
    keywords: 'PermitTunnel*',
    value: /^(?:yes|no|point-to-point|ethernet)$/i,
    wanted: 'yes, no, point-to-point or ethernet',
  },
  { keywords: 'AddressFamily', value: /^(?:any|inet|inet6)$/i, wanted: 'any, inet or inet6' },
  { keywords: 'FingerprintHash', value: /^(?:md5|sha256)$/i, wanted: 'sha256 or md5' },
  {
    keywords: 'LogLevel*',
    value: /^(?:quiet|fatal|error|info|verbose|debug[123]?)$/i,
    wanted: 'one of QUIET, FATAL, ERROR, INFO, VERBOSE, DEBUG1 to DEBUG3',
  },
  {
    keywords: 'SyslogFacility*',
    value: /^(?:daemon|user|auth(?:priv)?|local[0-7])$/i,
    wanted: 'one of DAEMON, USER, AUTH, AUTHPRIV, LOCAL0 to LOCAL7',
  },
  {
    keywords: 'ClientAliveCountMax* MaxAuthTries* MaxSessions* X11DisplayOffset* RequiredRSASize*',
    value: number,
    wanted: 'a number',
  },
  { keywords: 'ClientAliveInterval* LoginGraceTime', value: time, wanted: 'a time, like 120 or 2m' },
  {
    keywords: 'Port',
    value: /^(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])$/,
    wanted: 'a port from 1 to 65535',
  },
  { keywords: 'MaxStartups', value: /^\d+(?::\d+:\d+)?$/, wanted: 'a number, or three like 10:30:100' },
  { keywords: 'PerSourceMaxStartups', value: /^(?:none|\d+)$/i, wanted: 'a number or none' },
  { keywords: 'PerSourceNetBlockSize', value: /^\d+(?::\d+)?$/, wanted: 'a number of bits, like 32:128' },
  { keywords: 'StreamLocalBindMask*', value: /^[0-7]+$/, wanted: 'an octal number, like 0177' },
  {
    keywords: 'AuthorizedKeysCommand* AuthorizedPrincipalsCommand*',
    value: /^(?:\/|none$)/i,
    wanted: 'an absolute path, or none',
    takes: 'some',
  },
  {
    keywords:
      'AuthorizedKeysCommandUser* AuthorizedPrincipalsCommandUser* AuthorizedPrincipalsFile* Banner* ChrootDirectory* ' +
      'HostCertificate HostDSAKey HostKey HostKeyAgent ModuliFile PAMServiceName PidFile RDomain* RevokedKeys* ' +
      'SecurityKeyProvider SshdAuthPath SshdSessionPath TrustedUserCAKeys* VersionAddendum* XAuthLocation ' +
      'ListenAddress PermitUserEnvironment',
    value: /./,
    wanted: 'a value',
    // ListenAddress and VersionAddendum take more than one word.
    takes: 'some',
  },
  {
    keywords: 'AuthenticationMethods*',
    value:
      /^(?:any|(?:(?:publickey|password|keyboard-interactive|hostbased|gssapi-with-mic|none)(?::[^\s,]+)?(?:,(?!$)|$))+)$/,
    wanted: 'publickey, or several like publickey,password',
    takes: 'some',
  },
  { keywords: 'SetEnv*', value: /^[^=]+=/, wanted: 'NAME=value', takes: 'some' },
  {
    keywords: 'PermitOpen*',
    value: /^(?:any|none|\S+:(?:\d+|\*))$/i,
    wanted: 'any, none, or host:port',
    takes: 'some',
  },
  {
    keywords: 'PermitListen*',
    value: /^(?:any|none|(?:\S+:)?(?:\d+|\*))$/i,
    wanted: 'any, none, or host:port',
    takes: 'some',
  },
  { keywords: 'RekeyLimit*', value: /^(?:default|\d+[kmg]?)$/i, wanted: 'a size, like 1G', takes: 'some' },
  {
    keywords: 'PubkeyAuthOptions*',
    value: /^(?:none|touch-required|verify-required)(?:,(?:touch-required|verify-required))*$/i,
    wanted: 'none, touch-required or verify-required',
  },
  {
    keywords: 'IPQoS*',
    value: /^(?:none|af[1-4][1-3]|cs[0-7]|ef|le|lowdelay|throughput|reliability|\d+|0x[\da-f]+)$/i,
    wanted: 'a class, like af21 or cs1',
    takes: 'some',
  },
  { keywords: 'Subsystem*', value: /./, wanted: 'a name and a command', takes: 'two' },
  {
    keywords:
      'AcceptEnv* AllowGroups* AllowUsers* AuthorizedKeysFile* ChannelTimeout* DenyGroups* DenyUsers* ForceCommand* ' +
      'Include* LogVerbose* PerSourcePenalties PerSourcePenaltyExemptList ' +
      'UnusedConnectionTimeout* ' +
      'Ciphers MACs KexAlgorithms GSSAPIKexAlgorithms HostKeyAlgorithms CASignatureAlgorithms* PubkeyAcceptedAlgorithms* ' +
      'PubkeyAcceptedKeyTypes* HostbasedAcceptedAlgorithms* HostbasedAcceptedKeyTypes*',
    value: anything,
    wanted: 'a value',
    takes: 'some',
  },
  {
    // What sshd only complains of, and leaves out.
    keywords:
      'AuthorizedKeysFile2* CheckMail DSAAuthentication KerberosGetAFSToken KeyRegenerationInterval ' +
      'PAMAuthenticationViaKbdInt PermitBlacklistedKeys Protocol ReverseMappingCheck RhostsAuthentication ' +
      'RhostsRSAAuthentication* RSAAuthentication* ServerKeyBits SKeyAuthentication UseLogin UsePrivilegeSeparation ' +
      'VerifyReverseMapping AFSTokenPassing KerberosTgtPassing',
    value: anything,
    wanted: 'a value',
    takes: 'some',
  },
];

/** Keywords of sshd_config by their names in lower case. */
export const sshdKeywords: ReadonlyMap<string, SshdKeyword> = new Map(
  kinds.flatMap(({ keywords, value, wanted, takes = 'one' }) =>
    keywords.split(' ').map((word): [string, SshdKeyword] => {
      const inMatch = word.endsWith('*');
      return [word.replace('*', '').toLowerCase(), { value, wanted, takes, inMatch }];
    }),
  ),
);

/** The same as people write them. */
export const sshdKeywordNames: readonly string[] = kinds.flatMap(({ keywords }) =>
  keywords.replaceAll('*', '').split(' '),
);
