import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureIdentities, readIdentities } from '../../builder/cluster/identity/host/identity-store.ts';
import { acquireLock } from '../../builder/system/host/process-lock.ts';
import { silentProgress } from '../../builder/system/host/progress.ts';
import { runTool } from '../../builder/system/host/run-tool.ts';
import type { RosterMember } from '../../builder/cluster/identity/roster.ts';

let parent: string;
let store: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'dlimage-identity-'));
  store = join(parent, 'pi3');
});
afterEach(async () => {
  await rm(parent, { recursive: true });
});

const members = (names: readonly string[]): RosterMember[] =>
  names.map((name, position) => ({
    name,
    index: position + 1,
    role: 'manager',
    address: `192.168.1.${101 + position}`,
    storesData: true,
    arbiter: false,
    labels: {},
  }));

const ensure = async (names: readonly string[]) =>
  await ensureIdentities(store, { name: 'pi3', nodes: members(names) }, silentProgress);

describe('ensureIdentities', () => {
  it('waits for another process in the store, says for which, and stops when it is interrupted', async () => {
    await ensure(['pi3-1']);
    const lock = await acquireLock(join(store, '.lock'));
    const notes: string[] = [];
    const progress = { ...silentProgress, note: (text: string) => notes.push(text) };
    const cluster = { name: 'pi3', nodes: members(['pi3-1']) };
    try {
      const signal = AbortSignal.timeout(500);
      await expect(ensureIdentities(store, cluster, progress, { signal })).rejects.toMatchObject({
        name: 'TimeoutError',
      });
    } finally {
      await lock.release();
    }
    expect(notes).toEqual([`waiting for process ${process.pid}, which is writing to ${store}`]);
  });

  it('gives a node the same identity again, and growing changes no other', async () => {
    const first = await ensure(['pi3-1', 'pi3-2']);
    const grown = await ensure(['pi3-1', 'pi3-2', 'pi3-3']);
    expect(grown.clusterId).toBe(first.clusterId);
    expect(grown.nodes['pi3-1']).toEqual(first.nodes['pi3-1']);
    expect(grown.nodes['pi3-2']).toEqual(first.nodes['pi3-2']);
    expect(Object.keys(grown.nodes)).toHaveLength(3);
  });

  it('makes different keys and UUIDs for every node', async () => {
    const { nodes } = await ensure(['pi3-1', 'pi3-2']);
    const all = Object.values(nodes).flatMap((node) => [
      node.glusterUuid,
      node.sshHostKey.publicKey,
      node.sshClientKey.publicKey,
      node.tls.keyPem,
    ]);
    expect(new Set(all).size).toBe(8);
  });

  it('issues certificates that are valid at any clock a board may have, signed by the cluster', async () => {
    const { ca, nodes } = await ensure(['pi3-1']);
    const authority = new X509Certificate(ca.certificatePem);
    const certificate = new X509Certificate(nodes['pi3-1']?.tls.certificatePem ?? '');
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(certificate.subject).toBe('CN=pi3-1');
    expect(new Date(certificate.validFrom).getUTCFullYear()).toBe(1990);
    expect(new Date(certificate.validTo).getUTCFullYear()).toBe(2089);
  });

  it('lets only the owner read, and keeps itself out of git', async () => {
    await ensure(['pi3-1']);
    expect((await stat(store)).mode & 0o777).toBe(0o700);
    for (const file of ['cluster.json', 'ssh-authority.json', 'roster.json', 'nodes/pi3-1.json']) {
      expect((await stat(join(store, file))).mode & 0o777).toBe(0o600);
    }
    expect(await readFile(join(store, '.gitignore'), 'utf8')).toBe('*\n');
    expect((await readdir(store, { recursive: true })).toSorted()).toEqual([
      '.gitignore',
      'certificates',
      'certificates/pi3-1.json',
      'cluster.json',
      'nodes',
      'nodes/pi3-1.json',
      'roster.json',
      'ssh-authority.json',
    ]);
  });

  it('agrees with itself when two builds start at the same time', async () => {
    const [one, two] = await Promise.all([ensure(['pi3-1']), ensure(['pi3-1'])]);
    expect(one).toEqual(two);
  });
});

/** What OpenSSH itself says of a certificate, line by line. */
async function explain(certificate: string): Promise<string[]> {
  const file = join(parent, 'shown-cert.pub');
  await writeFile(file, `${certificate}\n`);
  const { stdout } = await runTool('ssh-keygen', ['-L', '-f', file], { step: 'read a certificate' });
  return Buffer.from(stdout)
    .toString('utf8')
    .split('\n')
    .map((line) => line.trim());
}

describe('the ssh certificates', () => {
  it('bind a host key to the name and address, and a client key to one command from one address', async () => {
    const { nodes, sshAuthority } = await ensure(['pi3-1']);
    const host = await explain(nodes['pi3-1']?.sshHostCertificate ?? '');
    const client = await explain(nodes['pi3-1']?.sshClientCertificate ?? '');
    const authority = join(parent, 'authority.pub');
    await writeFile(authority, sshAuthority);
    const { stdout } = await runTool('ssh-keygen', ['-l', '-f', authority], { step: 'read a key' });
    const fingerprint = Buffer.from(stdout).toString('utf8').split(' ')[1];
    const signedBy = `Signing CA: ED25519 ${fingerprint} (using ssh-ed25519)`;
    expect(host).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/host certificate$/),
        signedBy,
        'Valid: forever',
        'pi3-1',
        '192.168.1.101',
        'Critical Options: (none)',
      ]),
    );
    expect(client).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/user certificate$/),
        signedBy,
        'Valid: forever',
        'dlimage-peer',
        'force-command /usr/lib/dlimage/peer-command pi3-1',
        'source-address 192.168.1.101/32',
        'Extensions: (none)',
      ]),
    );
  });

  it('of a node without an address of its own are good from anywhere', async () => {
    const worker: RosterMember = {
      ...(members(['pi3-1'])[0] as RosterMember),
      role: 'worker',
      address: null,
    };
    const { nodes } = await ensureIdentities(store, { name: 'pi3', nodes: [worker] }, silentProgress);
    const client = await explain(nodes['pi3-1']?.sshClientCertificate ?? '');
    expect(client).toContain('force-command /usr/lib/dlimage/peer-command pi3-1');
    expect(client.join('\n')).not.toContain('source-address');
  });

  it('are made anew for another address, with the same keys and by the same authority', async () => {
    const first = await ensure(['pi3-1', 'pi3-2']);
    const moved = members(['pi3-1', 'pi3-2']).map((node) =>
      node.index === 2 ? { ...node, address: '192.168.1.77' } : node,
    );
    const second = await ensureIdentities(store, { name: 'pi3', nodes: moved }, silentProgress);
    expect(second.nodes['pi3-1']).toEqual(first.nodes['pi3-1']);
    expect(second.nodes['pi3-2']?.sshHostKey).toEqual(first.nodes['pi3-2']?.sshHostKey);
    expect(second.sshAuthority).toBe(first.sshAuthority);
    expect(await explain(second.nodes['pi3-2']?.sshHostCertificate ?? '')).toContain('192.168.1.77');
    expect(second).toEqual(await ensureIdentities(store, { name: 'pi3', nodes: moved }, silentProgress));
  });

  it('complete a store that was made before there were any', async () => {
    const before = await ensure(['pi3-1']);
    for (const later of ['certificates', 'ssh-authority.json', 'roster.json']) {
      await rm(join(store, later), { recursive: true });
    }
    const existing = await readIdentities(store, members(['pi3-1']));
    expect(existing).toMatchObject({ sshAuthority: undefined, roster: undefined });
    expect(existing?.nodes['pi3-1']).not.toHaveProperty('sshHostCertificate');
    const after = await ensure(['pi3-1']);
    expect(after.nodes['pi3-1']?.sshHostKey).toEqual(before.nodes['pi3-1']?.sshHostKey);
    expect(await explain(after.nodes['pi3-1']?.sshHostCertificate ?? '')).toContain('pi3-1');
  });
});

describe('the roster', () => {
  it('is what openssl verifies with the certificate of the authority, and no byte else', async () => {
    const { ca, roster } = await ensure(['pi3-1', 'pi3-2']);
    const file = (name: string): string => join(parent, name);
    await writeFile(file('ca.pem'), ca.certificatePem);
    await writeFile(file('roster.der'), Buffer.from(roster.signature, 'base64'));
    const read = ['x509', '-in', file('ca.pem'), '-pubkey', '-noout', '-out', file('ca.pub')];
    await runTool('openssl', read, { step: 'read the public key' });
    const verify = async (text: string): Promise<number> => {
      await writeFile(file('roster.json'), text);
      const args = ['dgst', '-sha256', '-verify', file('ca.pub'), '-signature', file('roster.der')];
      const options = { step: 'verify the roster', acceptExitCodes: [1] };
      return (await runTool('openssl', [...args, file('roster.json')], options)).exitCode;
    };
    expect(await verify(roster.text)).toBe(0);
    expect(await verify(roster.text.replace('.101', '.201'))).toBe(1);
  });

  it('lists every node with what its peers must know, and has a higher serial whenever that changes', async () => {
    const { clusterId, roster, nodes } = await ensure(['pi3-1']);
    expect(JSON.parse(roster.text)).toEqual({
      cluster_id: clusterId,
      serial: 1,
      nodes: [
        {
          name: 'pi3-1',
          index: 1,
          role: 'manager',
          address: '192.168.1.101',
          stores_data: true,
          arbiter: false,
          gluster_uuid: nodes['pi3-1']?.glusterUuid,
        },
      ],
    });
    expect((await ensure(['pi3-1'])).roster).toEqual(roster);
    expect((await ensure(['pi3-1', 'pi3-2'])).roster.serial).toBe(2);
    expect((await ensure(['pi3-1'])).roster.serial).toBe(3);
  });
});

describe('a damaged store', () => {
  const nodeFile = (): string => join(store, 'nodes', 'pi3-1.json');

  it('is an error for a truncated file, and the file stays as it is', async () => {
    await ensure(['pi3-1']);
    await writeFile(nodeFile(), '');
    await expect(ensure(['pi3-1'])).rejects.toMatchObject({
      id: 'identity-damaged',
      message: `${nodeFile()} is damaged: it is empty`,
    });
    expect(await readFile(nodeFile(), 'utf8')).toBe('');
  });

  it('is an error for changed contents', async () => {
    await ensure(['pi3-1']);
    const text = await readFile(nodeFile(), 'utf8');
    await writeFile(nodeFile(), text.replace(/"glusterUuid": "./, '"glusterUuid": "x'));
    await expect(readIdentities(store, members(['pi3-1']))).rejects.toThrow(
      'its checksum does not match its contents',
    );
  });

  it('is an error for a file of another node', async () => {
    await ensure(['pi3-1', 'pi3-2']);
    await rename(join(store, 'nodes', 'pi3-2.json'), nodeFile());
    await expect(readIdentities(store, members(['pi3-1']))).rejects.toThrow('it is the identity of pi3-2');
  });

  it('is an error when the cluster is gone but nodes are there: no new cluster is made silently', async () => {
    await ensure(['pi3-1']);
    await rm(join(store, 'cluster.json'));
    await expect(ensure(['pi3-1'])).rejects.toThrow('cluster.json is missing');
    expect(await readdir(store)).not.toContain('cluster.json');
  });

  it('is an error when the keys of a node that was built are gone: it would come back as a stranger', async () => {
    await ensure(['pi3-1', 'pi3-2']);
    await rm(join(store, 'nodes', 'pi3-2.json'));
    await expect(ensure(['pi3-1', 'pi3-2'])).rejects.toThrow('pi3-2.json is missing');
    await ensure(['pi3-1']);
    expect((await ensure(['pi3-1', 'pi3-2'])).nodes['pi3-2']).toBeDefined();
  });

  it('is an error when what signed the certificates, or the last serial, is gone', async () => {
    for (const file of ['ssh-authority.json', 'roster.json']) {
      await ensure(['pi3-1']);
      await rename(join(store, file), join(parent, file));
      await expect(ensure(['pi3-1'])).rejects.toThrow(`${file} is missing`);
      await rename(join(parent, file), join(store, file));
    }
  });
});
