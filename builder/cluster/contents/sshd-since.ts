/** Words of sshd_config that older sshd do not know, and then refuse to start: keywords in lower case and algorithms. */
const words: Readonly<Record<string, string>> = {
  '7.9': 'casignaturealgorithms',
  '8.2': 'include pubkeyauthoptions securitykeyprovider',
  '8.5':
    'logverbose modulifile persourcemaxstartups persourcenetblocksize pubkeyacceptedalgorithms hostbasedacceptedalgorithms',
  '9.1': 'requiredrsasize',
  '9.2': 'channeltimeout unusedconnectiontimeout',
  '9.8': 'persourcepenalties persourcepenaltyexemptlist pamservicename sshdsessionpath',
  '9.9': 'refuseconnection mlkem768x25519-sha256 sntrup761x25519-sha512',
  '10.0': 'sshdauthpath',
};

/** The version of OpenSSH that each came with. Source: its release notes; Debian's patch for PAMServiceName came with 9.8 */
export const sshdSince: ReadonlyMap<string, string> = new Map(
  Object.entries(words).flatMap(([version, names]) =>
    names.split(' ').map((name): [string, string] => [name, version]),
  ),
);
