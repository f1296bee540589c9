import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../../builder/cluster/model/cluster.ts';
import type { ClusterIdentities } from '../../../../builder/cluster/identity/identities.ts';
import { placeholderIdentities } from '../../../../builder/cluster/identity/placeholder-identities.ts';
import { formatPlan } from '../../../../builder/node/describe/format-plan.ts';
import type { Plan, PlannedEntry } from '../../../../builder/node/describe/plan.ts';
import { planCluster, type PlanOptions } from '../../../../builder/node/describe/plan-cluster.ts';
import { exampleIdentities } from '../../../golden/support/example-identities.ts';
import { defaultCluster, wifiCluster } from '../render/support/example-cluster.ts';
import { changedAssets, shippedAssets } from '../render/support/shipped-assets.ts';

const onWifi = wifiCluster();

function plan(cluster: Cluster, identities: ClusterIdentities, options?: PlanOptions): Plan {
  const { value, diagnostics } = planCluster(cluster, identities, shippedAssets(), options);
  expect(diagnostics).toEqual([]);
  if (value === undefined) throw new Error('no plan');
  return value;
}

function entry(made: Plan, node: number, path: string): PlannedEntry | undefined {
  return made.nodes[node]?.entries.find((one) => one.path === path);
}

describe('planCluster', () => {
  it('says of a file what will be in the image', () => {
    const made = plan(defaultCluster(), exampleIdentities(defaultCluster()));
    expect(entry(made, 0, '/etc/hostname')).toEqual({
      path: '/etc/hostname',
      partition: 'root',
      kind: 'file',
      mode: '0644',
      uid: 0,
      gid: 0,
      mtimeSeconds: 1_735_689_600,
      secret: false,
      origin: 'overlay common',
      shared: false,
      sizeBytes: 6,
      // printf 'pi3-1\n' | sha256sum
      sha256: '9e7006b4ffd44a5eab45e342ac7ca2f21f0024dea422e2ff73e747effbebe0fa',
      target: null,
    });
  });

  it('describes what nodes share once', () => {
    const made = plan(defaultCluster(), exampleIdentities(defaultCluster()));
    expect(entry(made, 0, '/etc/hosts')).toBe(entry(made, 3, '/etc/hosts'));
  });

  it('never shows a secret, nor a hash that could be searched for it', () => {
    const made = plan(onWifi, exampleIdentities(onWifi));
    const text = JSON.stringify(made) + formatPlan(made, { hasFiles: true });
    expect(text).not.toMatch(/correct horse|fake private|fake TLS/);
    const secrets = made.nodes.flatMap(({ entries }) => entries.filter(({ secret }) => secret));
    expect(secrets.length).toBeGreaterThan(12);
    expect(secrets.every(({ sha256 }) => sha256 === null)).toBe(true);
    expect(formatPlan(made, { hasFiles: true })).toContain('/etc/netplan/60-dlimage-wifi.yaml ***\n');
  });

  it('is a page with a table of the nodes, in the words of the definition, until files are asked for', () => {
    const made = plan(defaultCluster(), exampleIdentities(defaultCluster()));
    const page = formatPlan(made, { hasFiles: false });
    expect(page.split('\n').length).toBeLessThan(50);
    expect(page).toMatch(/^storage +glusterfs, replicas 3, wait_seconds 300$/m);
    expect(page).toMatch(/^ {2}2 +pi3-2 +manager, stores data +192\.168\.1\.102 +eth0 +pi3 +debian-13 /m);
    expect(page).toMatch(
      /^\d+-\d+ files, links and folders on each node, \d+-\d+ of them its own: --files lists them$/m,
    );
    const all = formatPlan(made, { hasFiles: true });
    expect(all.match(/ \/usr\/bin\/dlimage-node$/gm)).toHaveLength(1);
    expect(all.match(/ \/etc\/hostname$/gm)).toHaveLength(1);
  });

  it('reports a broken overlay instead of planning', () => {
    const assets = changedAssets({
      'overlays/keepalived/overlay.yaml': 'description: d\nfiles: [{ path: /nowhere }]\n',
    });
    const { value, diagnostics } = planCluster(defaultCluster(), exampleIdentities(defaultCluster()), assets);
    expect(value).toBeUndefined();
    expect(diagnostics.map(({ id, at }) => `${at?.file} ${id}`)).toEqual([
      'overlays/keepalived/overlay.yaml overlay-file-missing',
    ]);
  });
});

describe('a plan before the first build', () => {
  const { nodes } = defaultCluster();

  it('knows the size of what depends on no identity, and of nothing else', () => {
    const { identities, alternative } = placeholderIdentities(nodes);
    const made = plan(defaultCluster(), identities, { alternative });
    expect(made.cluster.id).toBeNull();
    expect(made.nodes[0]).toMatchObject({ instanceId: null, sha256: null });
    const known = made.nodes[0]?.entries.filter(
      ({ kind, sizeBytes }) => kind === 'file' && sizeBytes !== null,
    );
    expect(known?.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        '/etc/hosts',
        '/etc/hostname',
        '/network-config',
        '/user-data',
        '/usr/lib/dlimage/peer-command',
      ]),
    );
    for (const path of [
      '/etc/dlimage/node.env',
      '/etc/ssh/ssh_host_ed25519_key.pub',
      '/meta-data',
      '/etc/keepalived/keepalived.conf',
    ]) {
      expect(entry(made, 0, path)).toMatchObject({ sizeBytes: null, sha256: null });
    }
    expect(formatPlan(made, { hasFiles: true })).toContain('  after the first build\n');
  });

  it('of a cluster that has grown knows the old nodes’ own files', () => {
    const existing = exampleIdentities(defaultCluster());
    const { 'pi3-4': _new, ...old } = existing.nodes;
    const { identities, alternative } = placeholderIdentities(nodes, { ...existing, nodes: old });
    const made = plan(defaultCluster(), identities, { alternative });
    expect(made.cluster.id).toBe(existing.clusterId);
    expect(entry(made, 0, '/etc/ssh/ssh_host_ed25519_key.pub')?.sizeBytes).toBeGreaterThan(0);
    expect(entry(made, 3, '/etc/ssh/ssh_host_ed25519_key.pub')?.sizeBytes).toBeNull();
    expect(entry(made, 0, '/etc/dlimage/ssh/known_hosts')?.sizeBytes).toBeGreaterThan(0);
    expect(entry(made, 0, '/etc/dlimage/roster.json')?.sizeBytes).toBeNull();
  });

  it('of a complete cluster is the plan of the build', () => {
    const existing = exampleIdentities(defaultCluster());
    const { identities, alternative } = placeholderIdentities(nodes, existing);
    expect(plan(defaultCluster(), identities, { alternative })).toEqual(plan(defaultCluster(), existing));
  });
});
