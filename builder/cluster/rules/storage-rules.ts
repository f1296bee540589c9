import type { Diagnostic } from '../../report/diagnostic.ts';
import { error, warning } from '../../report/finding.ts';
import { mountsStorage } from '../model/gluster-support.ts';
import { storageCandidates } from '../resolve/resolve-storage.ts';
import { counted, listed } from '../../report/shown.ts';
import type { Rule, RuleContext } from './rule.ts';

/** The keys of `storage` that do something with each type. */
const keysByType: Readonly<Record<string, readonly string[]>> = {
  glusterfs: ['type', 'replicas', 'arbiter', 'disk', 'wait_seconds'],
  nfs: ['type', 'server', 'path', 'options', 'wait_seconds'],
  none: ['type'],
};

function* storageKeyUnused({ written, cluster, locator }: RuleContext): Iterable<Diagnostic> {
  const { type } = cluster.storage;
  for (const key of Object.keys(written.storage ?? {})) {
    if (keysByType[type]?.includes(key)) continue;
    const types = Object.keys(keysByType).filter((other) => keysByType[other]?.includes(key));
    yield error(
      'storage-key-unused',
      locator.key(['storage', key]),
      `storage.${key} does nothing with storage type ${type}`,
      `it is for type ${listed(types, 'or')}`,
    );
  }
}

function* nfsIncomplete({ written, cluster, locator }: RuleContext): Iterable<Diagnostic> {
  if (cluster.storage.type !== 'nfs') return;
  const at = locator.value(['storage', 'type']);
  if (written.storage?.server === undefined) {
    yield error(
      'nfs-without-server',
      at,
      'storage type nfs needs the name or address of the server',
      'add server: 192.168.1.5',
    );
  }
  if (written.storage?.path === undefined) {
    yield error(
      'nfs-without-path',
      at,
      'storage type nfs needs the folder that the server exports',
      'add path: /srv/cluster',
    );
  }
}

function* tooManyReplicas({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  const { storage, nodes } = cluster;
  const possible = storageCandidates(nodes).length;
  if (storage.type !== 'glusterfs' || storage.replicas <= possible) return;
  const lacking = [
    ...(nodes.some(({ address }) => address === null) ? ['a static address'] : []),
    ...(nodes.some((node) => !mountsStorage(cluster, node)) ? ['GlusterFS'] : []),
  ];
  const except = lacking.length === 0 ? '' : ` with ${listed(lacking, 'and')}`;
  const message = `${storage.replicas} replicas, but there ${possible === 1 ? 'is' : 'are'} only ${counted(possible, 'node')}${except}`;
  yield error(
    'too-many-replicas',
    locator.value(['storage', 'replicas']),
    message,
    `write ${possible}, or all`,
  );
}

function* twoReplicas({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  const { storage } = cluster;
  if (storage.type !== 'glusterfs' || storage.replicas !== 2 || storage.arbiter) return;
  const at = locator.value(['storage', 'replicas']) ?? locator.value(['count']) ?? locator.key(['nodes']);
  const message =
    'with two copies and no third node to decide, the data stops being writable when the first of the two is down';
  const hint = 'add a third node: it holds a third copy, or with arbiter: true only decides';
  yield warning('two-replicas', at, message, hint);
}

function* arbiterWrong({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  const { storage, nodes } = cluster;
  if (storage.type !== 'glusterfs' || !storage.arbiter) return;
  if (storage.replicas !== 2) {
    const at = locator.value(['storage', 'replicas']) ?? locator.value(['storage', 'arbiter']);
    const message = `an arbiter decides between two full copies, and there ${storage.replicas === 1 ? 'is' : 'are'} ${storage.replicas}`;
    yield error('arbiter-without-pair', at, message, 'write replicas: 2, or remove arbiter');
  } else if (storageCandidates(nodes).length < 3) {
    const message = 'the arbiter is a third node with a static address, and there is none';
    yield error('arbiter-without-node', locator.value(['storage', 'arbiter']), message, 'add a node');
  }
}

function* diskHoldsSystem({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  const node = cluster.nodes.find(
    ({ disk, profile }) => profile.platform === 'raspberry-pi' && disk?.startsWith('/dev/mmcblk0') === true,
  );
  if (node === undefined) return;
  const own = ['nodes', node.index - 1, 'disk'];
  const message = `${node.disk} is the SD card that ${node.name} (${node.profileName}) starts from`;
  yield error(
    'disk-holds-system',
    locator.value(locator.has(own) ? own : ['storage', 'disk']),
    message,
    'name the disk for the data, like /dev/sda, or leave disk out to use a folder on the card',
  );
}

function* diskUnused({ cluster, writtenNodes, locator }: RuleContext): Iterable<Diagnostic> {
  for (const [index, { disk }] of writtenNodes.entries()) {
    const node = cluster.nodes[index];
    if (typeof disk !== 'string' || node === undefined || node.storesData) continue;
    const [why, hint] =
      cluster.storage.type === 'glusterfs'
        ? [
            `${node.name} holds no copy of the data`,
            mountsStorage(cluster, node)
              ? 'remove it, or raise storage.replicas'
              : 'remove it: GlusterFS does not run on this node',
          ]
        : [`storage type ${cluster.storage.type} has no disks`, 'it is for type glusterfs'];
    yield error('disk-unused', locator.key(['nodes', index, 'disk']), `disk does nothing: ${why}`, hint);
  }
}

/** Rules about the shared storage. */
export const storageRules: readonly Rule[] = [
  { reads: ['storage', 'profile', 'nodes'], check: storageKeyUnused },
  { reads: ['storage'], check: nfsIncomplete },
  { reads: ['storage', 'nodes', 'count'], check: tooManyReplicas },
  { reads: ['storage', 'nodes', 'count', 'profile'], check: twoReplicas },
  { reads: ['storage', 'nodes', 'count', 'profile'], check: arbiterWrong },
  { reads: ['storage', 'nodes', 'count', 'profile'], check: diskHoldsSystem },
  { reads: ['storage', 'nodes', 'count', 'profile'], check: diskUnused },
];
