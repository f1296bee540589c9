import { posix } from 'node:path';
import type { Diagnostic } from '../../report/diagnostic.ts';
import type { Cluster } from '../model/cluster.ts';
import { error, warning } from '../../report/finding.ts';
import { shown } from '../../report/shown.ts';
import { looksLikeFile, sharedPath } from '../stacks/shared-path.ts';
import type { StackBind } from '../stacks/stack-bind.ts';
import { composedFiles, isFilled, once, placeOf, type ComposedFile } from './composed-stacks.ts';
import type { Rule, RuleContext } from './rule.ts';

interface PlacedBind extends StackBind {
  readonly composed: ComposedFile;
}

function bindsOf(context: RuleContext): PlacedBind[] {
  return composedFiles(context).flatMap((composed) => {
    const { services, volumeDevices } = composed.compose.content;
    const binds = [...services.flatMap(({ binds: own }) => own), ...volumeDevices];
    return binds.filter(({ path }) => isFilled(composed, path)).map((bind) => ({ ...bind, composed }));
  });
}

function* mountMalformed(context: RuleContext): Iterable<Diagnostic> {
  for (const composed of composedFiles(context)) {
    for (const { wrongMounts } of composed.compose.content.services) {
      for (const { path, reason } of wrongMounts) {
        const hint = 'write SOURCE:TARGET or SOURCE:TARGET:ro';
        yield error(
          'stack-mount-malformed',
          placeOf(composed, path),
          `Docker refuses this mount: ${reason}`,
          hint,
        );
      }
    }
  }
}

function* bindRelative(context: RuleContext): Iterable<Diagnostic> {
  for (const { composed, path, source } of bindsOf(context)) {
    if (source.startsWith('/')) continue;
    const what = source.startsWith('~')
      ? 'in the home of whoever deploys the stack'
      : 'beside the compose file';
    const message = `${shown(source)} is a folder ${what}, which the nodes do not have`;
    const hint = 'write the folder on the nodes; data that moves with the service goes below /mnt/cluster';
    yield error('stack-bind-relative', placeOf(composed, path), message, hint);
  }
}

/** Docker makes no folder for a bind in a swarm, and the agent must not make one where a file is meant. */
function* bindOfFile(context: RuleContext): Iterable<Diagnostic> {
  for (const { composed, path, source, target } of bindsOf(context)) {
    if (sharedPath(source) === undefined || !looksLikeFile(source, target)) continue;
    const message = `${shown(source)} looks like a file, so no folder is made for it: the service waits until it is there`;
    const hint = `make it a config or a secret of the stack, or mount its folder; a folder is written with a / at its end: ${shown(`${source}/`)}`;
    yield warning('stack-bind-file', placeOf(composed, path), message, hint);
  }
}

function* bindElsewhere(context: RuleContext): Iterable<Diagnostic> {
  for (const { composed, path, source } of bindsOf(context)) {
    if (!source.startsWith('/') || isOnNodes(source, context.cluster)) continue;
    const isShared = sharedPath(source) !== undefined;
    const message = isShared
      ? `${shown(source)} is on one node only: this cluster has no shared storage`
      : `nothing puts ${shown(source)} on the nodes, and a service does not start where it is missing`;
    const hint = isShared
      ? 'set storage.type, or keep the service on one node by a constraint and make the folder there'
      : 'write a folder below /mnt/cluster, which is made, or add it to files';
    yield warning('stack-bind-elsewhere', placeOf(composed, path), message, hint);
  }
}

/** Paths that every node has, with all that is below those that end in a slash. Source: hier(7), file-hierarchy(7). */
const everywhere = [
  ...[
    '/bin/',
    '/boot/',
    '/dev/',
    '/lib/',
    '/proc/',
    '/run/',
    '/sbin/',
    '/sys/',
    '/usr/',
    '/var/run/',
    '/var/log/',
  ],
  ...[
    '/var/lib/docker/',
    '/etc/ssl/',
    '/etc/docker/',
    '/etc/systemd/',
    '/etc/dlimage/',
    '/etc/ssh/',
    '/lib64/',
  ],
  ...[
    '/',
    '/etc',
    '/home',
    '/media',
    '/mnt',
    '/mnt/cluster',
    '/opt',
    '/root',
    '/srv',
    '/tmp',
    '/var',
    '/var/tmp',
  ],
  ...[
    '/var/cache',
    '/var/lib',
    '/var/lib/docker',
    '/var/spool',
    '/var/mail',
    '/var/lib/dlimage',
    '/var/backups',
  ],
  ...[
    '/etc/fstab',
    '/etc/group',
    '/etc/hostname',
    '/etc/hosts',
    '/etc/localtime',
    '/etc/machine-id',
    '/etc/nsswitch.conf',
  ],
  ...[
    '/etc/os-release',
    '/etc/passwd',
    '/etc/resolv.conf',
    '/etc/shadow',
    '/etc/timezone',
    '/etc/profile',
    '/etc/services',
  ],
];

function isOnNodes(source: string, { storage, files, users }: Cluster): boolean {
  const path = posix.normalize(source).replace(/(?<=.)\/+$/, '');
  if (sharedPath(source) !== undefined) return storage.type !== 'none';
  const homes = users.map(({ name }) => `/home/${name}`);
  return (
    homes.includes(path) ||
    everywhere.some(
      (one) =>
        path === one.replace(/(?<=.)\/$/, '') || (one.endsWith('/') && one !== '/' && path.startsWith(one)),
    ) ||
    // A folder of files holds what is below it, and brings the folders above.
    files.some(
      (file) => isAtOrBelow(file.path, path) || (file.kind === 'directory' && isAtOrBelow(path, file.path)),
    )
  );
}

function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

/** Rules about what services mount. */
export const stackMountRules: readonly Rule[] = [
  { reads: ['stacks'], check: (context) => once(mountMalformed(context)) },
  { reads: ['stacks'], check: (context) => once(bindRelative(context)) },
  { reads: ['stacks'], check: (context) => once(bindOfFile(context)) },
  { reads: ['stacks', 'storage', 'files', 'users'], check: (context) => once(bindElsewhere(context)) },
];
