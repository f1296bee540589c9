import type { DefinitionPath } from '../source/definition-path.ts';
import { parsePort, type PortMapping } from './published-port.ts';
import { readService, type StackService } from './stack-service.ts';
import { at, entriesAt, listAt, textAt } from './tree-access.ts';
import type { StackBind } from './stack-bind.ts';

/** A file beside the compose file that it names. */
export interface StackFile {
  readonly path: DefinitionPath;
  /** As written: from the folder of the first compose file. */
  readonly file: string;
  readonly kind: 'config' | 'secret' | 'env_file';
}

/** An entry of `networks:`, `volumes:`, `configs:` or `secrets:`. */
export interface StackResource {
  readonly kind: 'network' | 'volume' | 'config' | 'secret';
  readonly key: string;
  readonly path: DefinitionPath;
  /** Docker's name for it, when that is written; else it is made of the stack's name and the key. */
  readonly name: string | undefined;
  /** Something else makes it. */
  readonly isExternal: boolean;
  /** It is made of a file. */
  readonly hasFile: boolean;
}

/** A subnet that a network asks for. */
export interface StackSubnet {
  readonly path: DefinitionPath;
  readonly network: string;
  readonly subnet: string;
}

/** Facts of a compose file that matter before it is deployed. */
export interface StackContent {
  readonly services: readonly StackService[];
  readonly ports: readonly (PortMapping & { readonly service: string })[];
  /** Folders that named volumes are bound to. */
  readonly volumeDevices: readonly StackBind[];
  readonly files: readonly StackFile[];
  readonly resources: readonly StackResource[];
  readonly subnets: readonly StackSubnet[];
}

/** Reads the tree of a compose file. Total: what has another shape than it should is left to the rules, or to Docker. */
export function readStackContent(tree: unknown): StackContent {
  const services = entriesAt(tree, 'services');
  return {
    services: services.map(([name, service]) => readService(name, service)),
    ports: services.flatMap(([name, service]) =>
      listAt(service, 'ports').map((port, index) => ({
        ...parsePort(port, ['services', name, 'ports', index]),
        service: name,
      })),
    ),
    volumeDevices: entriesAt(tree, 'volumes').flatMap(([name, volume]) => volumeDevice(name, volume)),
    files: [
      ...services.flatMap(([name, service]) => readEnvFiles(service, ['services', name, 'env_file'])),
      ...namedFiles(tree, 'configs', 'config'),
      ...namedFiles(tree, 'secrets', 'secret'),
    ],
    resources: [
      ...resources(tree, 'networks', 'network'),
      ...resources(tree, 'volumes', 'volume'),
      ...resources(tree, 'configs', 'config'),
      ...resources(tree, 'secrets', 'secret'),
    ],
    subnets: entriesAt(tree, 'networks').flatMap(([network, one]) =>
      listAt(at(one, 'ipam'), 'config').flatMap((pool, index) => {
        const subnet = textAt(pool, 'subnet');
        const path = ['networks', network, 'ipam', 'config', index, 'subnet'];
        return subnet === undefined ? [] : [{ path, network, subnet }];
      }),
    ),
  };
}

/** Only a volume that is bound to a folder has a device that is a path of the node: `:/path` is one of an NFS server. */
function volumeDevice(name: string, volume: unknown): StackBind[] {
  const options = at(volume, 'driver_opts');
  const device = textAt(options, 'device');
  const isBind = (textAt(options, 'o') ?? '').split(',').includes('bind');
  if (device === undefined || !isBind) return [];
  return [{ path: ['volumes', name, 'driver_opts', 'device'], source: device, target: undefined }];
}

function namedFiles(tree: unknown, key: string, kind: 'config' | 'secret'): StackFile[] {
  return entriesAt(tree, key).flatMap(([name, item]) => {
    const file = textAt(item, 'file');
    return file === undefined ? [] : [{ path: [key, name, 'file'], file, kind }];
  });
}

function readEnvFiles(service: unknown, path: DefinitionPath): StackFile[] {
  const written = at(service, 'env_file');
  if (typeof written === 'string') return [{ path, file: written, kind: 'env_file' }];
  return listAt(service, 'env_file').flatMap((file, index): StackFile[] =>
    typeof file === 'string' ? [{ path: [...path, index], file, kind: 'env_file' }] : [],
  );
}

function resources(tree: unknown, key: string, kind: StackResource['kind']): StackResource[] {
  return entriesAt(tree, key).map(([name, item]) => {
    const external = at(item, 'external');
    const isExternal = external === true || (typeof external === 'object' && external !== null);
    return {
      kind,
      key: name,
      path: [key, name],
      name: textAt(item, 'name') ?? textAt(external, 'name'),
      isExternal,
      hasFile: textAt(item, 'file') !== undefined,
    };
  });
}
