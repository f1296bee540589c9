import { posix } from 'node:path';
import type { Diagnostic } from '../../report/diagnostic.ts';
import { error } from '../../report/finding.ts';
import { mountsStorage } from '../model/gluster-support.ts';
import { listed, shown } from '../../report/shown.ts';
import { sharedPath } from '../stacks/shared-path.ts';
import type { StackBind } from '../stacks/stack-bind.ts';
import { composedFiles, isFilled, once, placeOf, type ComposedFile } from './composed-stacks.ts';
import { propertiesOf, storageLabel } from './node-properties.ts';
import type { Rule, RuleContext } from './rule.ts';
import { constraintsOfService, mayRunOn, servicesOfStack } from './service-placement.ts';

/** A folder of the node that some services of a stack see, by their names. */
interface ServedBind extends StackBind {
  readonly composed: ComposedFile;
  readonly services: readonly string[];
}

/** Docker starts no container where a bind's folder is missing, and tries again and again. */
function* bindWithoutStorage(context: RuleContext): Iterable<Diagnostic> {
  const { storage, nodes } = context.cluster;
  const without = nodes.filter((node) => !mountsStorage(context.cluster, node));
  if (storage.type === 'none' || without.length === 0) return;
  const files = composedFiles(context);
  for (const { composed, path, source, services } of files.flatMap((file) => bindsOf(file, files))) {
    if (!isShared(source) || !isFilled(composed, path)) continue;
    for (const service of services) {
      const constraints = constraintsOfService(service, composed, files);
      const reachable = without.filter(
        (node) => mayRunOn(propertiesOf(context.cluster, node), constraints) === true,
      );
      if (reachable.length === 0) continue;
      const names = listed(reachable.map(({ name }) => name));
      const message = `${shown(source)} is not on ${names}, where ${shown(service)} may run: nothing is mounted there`;
      const hint = `keep the service where it is: deploy: { placement: { constraints: [node.labels.${storageLabel} == yes] } }`;
      yield error('stack-bind-without-storage', placeOf(composed, path), message, hint);
    }
  }
}

/** The volume itself is a folder everywhere, but what is written there stays on the node. */
function isShared(source: string): boolean {
  return sharedPath(posix.join(source, 'any')) !== undefined;
}

function bindsOf(composed: ComposedFile, files: readonly ComposedFile[]): ServedBind[] {
  const { services, volumeDevices } = composed.compose.content;
  const own = services.flatMap(({ name, binds }) =>
    binds.map((bind) => ({ ...bind, composed, services: [name] })),
  );
  const users = (volume: unknown) =>
    servicesOfStack(composed, files)
      .filter(({ uses }) => uses.some(({ kind, key }) => kind === 'volume' && key === volume))
      .map(({ name }) => name);
  const devices = volumeDevices.map((bind) => ({
    ...bind,
    composed,
    services: [...new Set(users(bind.path[1]))],
  }));
  return [...own, ...devices];
}

/** Rules about services and the storage that not every node mounts. */
export const stackStorageRules: readonly Rule[] = [
  {
    reads: ['stacks', 'storage', 'nodes', 'count', 'name', 'profile', 'base'],
    check: (context) => once(bindWithoutStorage(context)),
  },
];
