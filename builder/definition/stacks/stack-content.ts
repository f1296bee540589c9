import type { DefinitionPath } from '../source/definition-path.ts';
import { isMapping } from '../source/is-mapping.ts';
import { parsePort, type PublishedPort } from './published-port.ts';

/** One service of a stack, as far as the builder has to know it. */
export interface StackService {
  readonly name: string;
  readonly path: DefinitionPath;
  /** As written; undefined when there is none. */
  readonly image: string | undefined;
  /** It would be built on the node. */
  readonly isBuilt: boolean;
  readonly ports: readonly PublishedPort[];
  readonly binds: readonly StackBind[];
}

/** A folder of the node that a container sees. */
export interface StackBind {
  readonly path: DefinitionPath;
  /** Path on the node, as written. */
  readonly source: string;
}

/** A file beside the compose file that it names. */
export interface StackFile {
  readonly path: DefinitionPath;
  /** As written: from the folder of the compose file. */
  readonly file: string;
  /** Passwords are in it, as likely as not. */
  readonly isSecret: boolean;
}

/** What a compose file says that matters before it is deployed. */
export interface StackContent {
  readonly services: readonly StackService[];
  /** Folders that named volumes are bound to. */
  readonly volumeDevices: readonly string[];
  readonly files: readonly StackFile[];
}

/** Reads the tree of a compose file. Total: what has another shape than it should is left to the rules, or to Docker. */
export function readStackContent(tree: unknown): StackContent {
  const services = entriesOf(tree, 'services').map(([name, service]) => readService(name, service));
  const envFiles = entriesOf(tree, 'services').flatMap(([name, service]) =>
    readEnvFiles(service, ['services', name, 'env_file']),
  );
  const named = (['configs', 'secrets'] as const).flatMap((kind) =>
    entriesOf(tree, kind).flatMap(([name, item]): StackFile[] => {
      const file = at(item, 'file');
      return typeof file === 'string'
        ? [{ path: [kind, name, 'file'], file, isSecret: kind === 'secrets' }]
        : [];
    }),
  );
  const volumeDevices = entriesOf(tree, 'volumes').flatMap(([, volume]) => {
    const device = at(at(volume, 'driver_opts'), 'device');
    return typeof device === 'string' ? [device] : [];
  });
  return { services, volumeDevices, files: [...envFiles, ...named] };
}

function readService(name: string, service: unknown): StackService {
  const path = ['services', name];
  const image = at(service, 'image');
  return {
    name,
    path,
    image: typeof image === 'string' && image !== '' ? image : undefined,
    isBuilt: at(service, 'build') !== undefined,
    ports: listAt(service, 'ports').flatMap((port, index) => parsePort(port, [...path, 'ports', index])),
    binds: listAt(service, 'volumes').flatMap((volume, index) =>
      readBind(volume, [...path, 'volumes', index]),
    ),
  };
}

/** The short form is `source:target[:options]`; a source that begins with neither `/`, `.` nor `~` is a volume's name. */
function readBind(volume: unknown, path: DefinitionPath): StackBind[] {
  if (typeof volume === 'string') {
    const [source = '', target] = volume.split(':');
    return target !== undefined && /^[/.~]/.test(source) ? [{ path, source }] : [];
  }
  const source = at(volume, 'source');
  return at(volume, 'type') === 'bind' && typeof source === 'string'
    ? [{ path: [...path, 'source'], source }]
    : [];
}

function readEnvFiles(service: unknown, path: DefinitionPath): StackFile[] {
  const written = at(service, 'env_file');
  if (typeof written === 'string') return [{ path, file: written, isSecret: true }];
  return listAt(service, 'env_file').flatMap((item, index) => {
    const file = at(item, 'path') ?? item;
    return typeof file === 'string' ? [{ path: [...path, index], file, isSecret: true }] : [];
  });
}

function at(tree: unknown, key: string): unknown {
  return isMapping(tree) ? tree[key] : undefined;
}

function listAt(tree: unknown, key: string): readonly unknown[] {
  const value = at(tree, key);
  return Array.isArray(value) ? value : [];
}

function entriesOf(tree: unknown, key: string): [string, unknown][] {
  const value = at(tree, key);
  return isMapping(value) ? Object.entries(value) : [];
}
