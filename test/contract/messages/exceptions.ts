/** Places whose id does not stand in a text literal there, and the ids that they can have. */
export const idsFromElsewhere: Readonly<Record<string, readonly string[]>> = {
  // Of several mirrors the first one's failure, with what the others said.
  'base/host/download/ensure-download.ts': [],
  'base/host/download/verify-signature.ts': [
    'signature-bad',
    'signature-key-expired',
    'signature-key-revoked',
    'signature-expired',
    'signature-key-unknown',
    'signature-unreadable',
  ],
  // A failure told with another name of its file.
  'system/host/name-in-error.ts': [],
  'image/host/check-entries.ts': ['image-name-unsupported', 'image-path-conflict'],
};

/** Usage errors whose message is made elsewhere, by file: the tests of what makes it have its texts. */
export const messagesFromElsewhere: readonly string[] = [
  // What commander says, in its words: test/contract/cli.test.ts.
  'cli/usage-error.ts',
  // vagrantObstacle and seedObstacle: test/unit/vagrant.
  'cli/commands/support/outputs.ts',
];

const onCards =
  'takes a block device: test/contract/flash brings it about, where a computer without cards can';

/** Messages without a case, by id (`usage FILE` for usage errors), and why they have none. */
export const withoutCase: Readonly<Record<string, string>> = {
  'base-unsound': 'takes a whole build of a base whose packages are broken',
  'store-renamed': 'takes a cluster that was built: test/image/last-build.test.ts has its text',
  'target-in-use': 'takes a loop device, which a container seldom has',
  'flash-busy': onCards,
  'flash-gone': onCards,
  'flash-no-medium': onCards,
  'flash-no-rights': onCards,
  'flash-read-only': onCards,
  'flash-changed': onCards,
  'flash-sector-size': onCards,
  'flash-too-small': onCards,
  'flash-fake-capacity': onCards,
  'flash-write-failed': onCards,
  'flash-read-failed': onCards,
  'flash-interrupted': onCards,
  'flash-not-opened': onCards,
  'flash-hung': onCards,
  'flash-locked': onCards,
  'flash-not-allowed': onCards,
  'flash-writer-ended': onCards,
};
