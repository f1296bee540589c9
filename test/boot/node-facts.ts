import { expect, it } from 'vitest';
import type { StoredIdentity } from './cluster-under-test.ts';
import { unexpectedErrors } from './known-noise.ts';
import type { UnitState, Verdict } from './verdict.ts';

/** What a node has to be, from the definition, the identity store and the image. */
export interface ExpectedNode {
  readonly name: string;
  readonly address: string;
  readonly prefixLength: number;
  readonly gateway: string;
  readonly interface: string;
  readonly architecture: 'x86_64' | 'aarch64' | 'armv6l';
  readonly timezone: string;
  readonly instanceId: string;
  readonly userPublicKey: string;
  readonly identity: StoredIdentity;
  /** All nodes of the cluster with their addresses, this one too. */
  readonly hosts: Readonly<Record<string, string>>;
  /** GlusterFS UUID of every other node that stores data, by name. */
  readonly peers: Readonly<Record<string, string>>;
}

/** What the facts are read from, once the node has booted. */
export interface Observation {
  readonly verdict: Verdict;
  readonly expected: ExpectedNode;
}

/** Registers one test per fact about a booted node, so that each one fails by itself and says what it is about. */
export function checkNode(observe: () => Observation): void {
  checkAddressing(observe);
  checkAccess(observe);
  checkSystem(observe);
  checkDaemons(observe);
  checkBoot(observe);
}

function checkAddressing(observe: () => Observation): void {
  it('has its name', () => {
    const { verdict, expected } = observe();
    expect(verdict.node.hostname).toBe(expected.name);
    expect(verdict.docker.engineName, 'the name that Docker took').toBe(expected.name);
  });

  it('has its address on its interface, with the prefix of the LAN', () => {
    const { verdict, expected } = observe();
    const { address, prefixLength } = expected;
    expect(verdict.network.addresses).toContainEqual({
      interface: expected.interface,
      address,
      prefixLength,
    });
  });

  it('has the gateway as its only default route', () => {
    const { verdict, expected } = observe();
    expect(verdict.network.defaultRoutes).toEqual([
      { gateway: expected.gateway, interface: expected.interface },
    ]);
  });

  it('knows every node by name, and itself by its real address', () => {
    const { verdict, expected } = observe();
    const known = Object.fromEntries(
      Object.keys(expected.hosts).map((name) => [
        name,
        verdict.node.hosts.flatMap(([address, ...names]) => (names.includes(name) ? [address] : [])),
      ]),
    );
    const wanted = Object.entries(expected.hosts).map(([name, address]) => [name, [address]]);
    expect(known).toEqual(Object.fromEntries(wanted));
  });
}

function checkAccess(observe: () => Observation): void {
  it('has the ssh host key of the identity store and no other', () => {
    const { verdict, expected } = observe();
    const keys = verdict.ssh.hostKeys.map((line) => line.split(' ').slice(0, 2).join(' '));
    expect(keys).toEqual([expected.identity.sshHostKey.publicKey.split(' ').slice(0, 2).join(' ')]);
  });

  it('lets nobody in with a password', () => {
    const { verdict } = observe();
    expect(verdict.ssh.settings).toMatchObject({
      passwordauthentication: 'no',
      kbdinteractiveauthentication: 'no',
    });
    expect(verdict.ssh.settings['permitrootlogin'], 'root with a password').not.toBe('yes');
    expect(verdict.users.filter((user) => user.hasPassword)).toEqual([]);
  });

  it('has its user with the given key and sudo, and no other person', () => {
    const { verdict, expected } = observe();
    const people = verdict.users.filter((user) => user.uid !== 0);
    expect(people.map((user) => user.name)).toEqual(['dlimage']);
    expect(people[0]?.authorizedKeys).toEqual([expected.userPublicKey]);
    expect(people[0]?.sudoWithoutPassword, 'sudo without a password').toBe(true);
    expect(people[0]?.groups, 'may use Docker').toContain('docker');
  });
}

function checkSystem(observe: () => Observation): void {
  it('has grown its root file system to the end of the disk', () => {
    const { diskBytes, partitionBytes, filesystemBytes } = observe().verdict.root;
    const mib = 1024 * 1024;
    expect(diskBytes - partitionBytes, 'bytes of the disk outside the root partition').toBeLessThan(
      600 * mib,
    );
    // statvfs leaves out the inode tables and the journal.
    expect(
      filesystemBytes / partitionBytes,
      'share of the partition that the file system uses',
    ).toBeGreaterThan(0.93);
  });

  it('has the memory and cpuset cgroups that Docker limits containers with', () => {
    const { node, docker } = observe().verdict;
    expect({ memory: node.memoryCgroup, cpuset: node.cpusetCgroup, docker: docker.memoryLimit }).toEqual({
      memory: true,
      cpuset: true,
      docker: true,
    });
  });

  it('has its architecture, its time zone and a machine id', () => {
    const { verdict, expected } = observe();
    expect(verdict.node.architecture).toBe(expected.architecture);
    expect(verdict.node.timezone).toBe(expected.timezone);
    expect(verdict.node.machineId).toMatch(/^[0-9a-f]{32}$/);
  });

  it('has its values for scripts and units', () => {
    const { verdict, expected } = observe();
    expect(verdict.node.nodeEnvironment).toEqual(
      expect.arrayContaining([
        expect.stringMatching(new RegExp(`^DLIMAGE_NODE='?${expected.name}'?$`)),
        expect.stringMatching(new RegExp(`^DLIMAGE_ADDRESS='?${expected.address}'?$`)),
      ]),
    );
  });
}

function checkDaemons(observe: () => Observation): void {
  it('runs dockerd, which answers', () => {
    const { docker } = observe().verdict;
    expectActive(docker);
    expect(docker.version).toMatch(/^\d+\.\d+/);
    expect(docker.storageDriver).toBe('overlay2');
    expect(docker.warnings).toEqual([]);
  });

  it('runs glusterd with the UUID of the identity store and all peers baked in', () => {
    const { verdict, expected } = observe();
    expectActive(verdict.glusterd);
    expect(verdict.glusterd.uuid).toBe(expected.identity.glusterUuid);
    const peers = Object.fromEntries(verdict.glusterd.peers.map((peer) => [peer.hostname, peer.uuid]));
    expect(peers).toEqual(expected.peers);
    expect(verdict.glusterd.pool.map(([uuid]) => uuid).toSorted(), 'what glusterd made of them').toEqual(
      [expected.identity.glusterUuid, ...Object.values(expected.peers)].toSorted(),
    );
  });

  it('runs chronyd and keepalived', () => {
    const { chrony, keepalived } = observe().verdict;
    expectActive(chrony);
    expectActive(keepalived);
    expect(keepalived.role, 'the role that keepalived took').not.toBeNull();
  });
}

function checkBoot(observe: () => Observation): void {
  it('was configured by cloud-init from its own seed, without a complaint', () => {
    const { verdict, expected } = observe();
    expect(verdict.cloudInit.datasource).toMatch(/NoCloud/);
    expect(verdict.cloudInit.instanceId).toBe(expected.instanceId);
    expect(verdict.cloudInit.errors).toEqual([]);
    expect(verdict.cloudInit.recoverableErrors).toEqual([]);
    expect(verdict.cloudInit.warnings).toEqual([]);
  });

  it('finds nothing changed of what came with the image', () => {
    expect(observe().verdict.agent).toEqual({ files: 'as built', noted: [] });
  });

  it('starts again after a panic, however early', () => {
    expect(observe().verdict.boot.commandLine.split(' ')).toContain('panic=10');
  });

  it('has no failed unit', () => {
    const { verdict } = observe();
    expect(verdict.boot.failedUnits).toEqual([]);
    expect(verdict.node.systemState).toBe('running');
  });

  it('does once what it does once at a start', () => {
    expect(observe().verdict.boot.startedAgain).toEqual([]);
  });

  it('has no ordering cycle, failed mount or ignored setting in the journal', () => {
    expect(observe().verdict.boot.complaints).toEqual([]);
  });

  it('has no error in the journal but those of the emulated hardware', () => {
    expect(unexpectedErrors(observe().verdict.boot.errors)).toEqual([]);
  });
}

function expectActive(unit: UnitState): void {
  const { LoadState, ActiveState, SubState, NRestarts } = unit;
  expect({ LoadState, ActiveState, SubState, NRestarts }).toEqual({
    LoadState: 'loaded',
    ActiveState: 'active',
    SubState: 'running',
    NRestarts: '0',
  });
}
