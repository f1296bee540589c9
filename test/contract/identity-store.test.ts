import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureIdentities, otherNodes, readIdentities } from '../../builder/host/identity/identity-store.ts';
import { silentProgress } from '../../builder/host/progress.ts';

let parent: string;
let store: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'dlimage-identity-'));
  store = join(parent, 'pi3');
});
afterEach(async () => {
  await rm(parent, { recursive: true });
});

const ensure = async (names: readonly string[]) =>
  await ensureIdentities(store, 'pi3', names, silentProgress);

describe('ensureIdentities', () => {
  it('gives a node the same identity again, and growing changes no other', async () => {
    const first = await ensure(['pi3-1', 'pi3-2']);
    const grown = await ensure(['pi3-1', 'pi3-2', 'pi3-3']);
    expect(grown.clusterId).toBe(first.clusterId);
    expect(grown.nodes['pi3-1']).toEqual(first.nodes['pi3-1']);
    expect(grown.nodes['pi3-2']).toEqual(first.nodes['pi3-2']);
    expect(Object.keys(grown.nodes)).toHaveLength(3);
  });

  it('tells of nodes that a smaller definition leaves out', async () => {
    await ensure(['pi3-1', 'pi3-2', 'pi3-3']);
    expect(await otherNodes(store, ['pi3-1', 'pi3-3'])).toEqual(['pi3-2']);
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
    for (const file of ['cluster.json', 'nodes/pi3-1.json']) {
      expect((await stat(join(store, file))).mode & 0o777).toBe(0o600);
    }
    expect(await readFile(join(store, '.gitignore'), 'utf8')).toBe('*\n');
    expect((await readdir(store, { recursive: true })).toSorted()).toEqual([
      '.gitignore',
      'cluster.json',
      'nodes',
      'nodes/pi3-1.json',
    ]);
  });

  it('agrees with itself when two builds start at the same time', async () => {
    const [one, two] = await Promise.all([ensure(['pi3-1']), ensure(['pi3-1'])]);
    expect(one).toEqual(two);
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
    await expect(readIdentities(store, ['pi3-1'])).rejects.toThrow(
      'its checksum does not match its contents',
    );
  });

  it('is an error for a file of another node', async () => {
    await ensure(['pi3-1', 'pi3-2']);
    await rename(join(store, 'nodes', 'pi3-2.json'), nodeFile());
    await expect(readIdentities(store, ['pi3-1'])).rejects.toThrow('it is the identity of pi3-2');
  });

  it('is an error when the cluster is gone but nodes are there: no new cluster is made silently', async () => {
    await ensure(['pi3-1']);
    await rm(join(store, 'cluster.json'));
    await expect(ensure(['pi3-1'])).rejects.toThrow('cluster.json is missing');
    expect(await readdir(store)).not.toContain('cluster.json');
  });
});
