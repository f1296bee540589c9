/** Defaults of the definition. Those that depend on something else are in `resolve/`. */
export const defaults = {
  profile: 'pi3',
  count: 3,
  subnet: '192.168.1.0/24',
  userName: 'dlimage',
  shell: '/bin/bash',
  timezone: 'UTC',
  locale: 'C.UTF-8',
  keyboardModel: 'pc105',
  wifiInnerMethod: 'mschapv2',
  replicas: 3,
  nfsOptions: 'vers=4.2,hard,noatime',
  subnetPrefixLength: 24,
  dataPathPort: 4789,
  certificateDays: 3650,
  isEncrypted: false,
  storageWaitSeconds: 300,
  replicasWithArbiter: 2,
  watchdog: true,
} as const;

/** The first that does not touch the local network is taken; no network of /8 or smaller touches both. */
export const poolCandidates: readonly [string, string] = ['10.201.0.0/16', '172.30.0.0/16'];

/** Number of the first user on a node; Debian gives lower ones to the system. */
export const firstUid = 1000;

/** A default that took effect, for the summary of `build`. */
export interface UsedDefault {
  /** Path in the definition: `network.subnet`. */
  readonly key: string;
  /** As it could be written into the definition. */
  readonly value: string;
}
