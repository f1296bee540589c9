import type { DefinitionPath } from '../source/definition-path.ts';
import { isMapping } from '../source/is-mapping.ts';
import { parseMount, type StackBind } from './stack-bind.ts';
import { at, entriesAt, listAt, textAt } from './tree-access.ts';

/** One service of a stack, as far as the builder has to know it. */
export interface StackService {
  readonly name: string;
  readonly path: DefinitionPath;
  /** As written; undefined when there is none. */
  readonly image: string | undefined;
  /** It would be built on the node. */
  readonly isBuilt: boolean;
  /** Some of it stands elsewhere, by a key that Docker refuses. */
  readonly isExtended: boolean;
  readonly binds: readonly StackBind[];
  readonly wrongMounts: readonly { readonly path: DefinitionPath; readonly reason: string }[];
  /** Networks, volumes, configs and secrets of the stack that it uses. */
  readonly uses: readonly ServiceUse[];
  readonly constraints: readonly { readonly path: DefinitionPath; readonly text: string }[];
}

/** A network, volume, config or secret that a service uses, by its key in the stack. */
export interface ServiceUse {
  readonly kind: 'network' | 'volume' | 'config' | 'secret';
  readonly path: DefinitionPath;
  readonly key: string;
}

/** Reads one service of a compose file. Total, as `readStackContent` is. */
export function readService(name: string, service: unknown): StackService {
  const path = ['services', name];
  const image = textAt(service, 'image');
  const mounts = listAt(service, 'volumes').map((volume, index) =>
    parseMount(volume, [...path, 'volumes', index]),
  );
  const constraints = listAt(at(at(service, 'deploy'), 'placement'), 'constraints');
  return {
    name,
    path,
    image: image === '' ? undefined : image,
    isBuilt: at(service, 'build') !== undefined,
    isExtended: at(service, 'extends') !== undefined,
    binds: mounts.flatMap(({ bind }) => bind ?? []),
    wrongMounts: mounts.flatMap(({ wrong }) => wrong ?? []),
    uses: [
      ...networkUses(service, path),
      ...mounts.flatMap(({ volume }): ServiceUse[] =>
        volume === undefined ? [] : [{ kind: 'volume', path: volume.path, key: volume.volume }],
      ),
      ...fileUses(service, path, 'configs', 'config'),
      ...fileUses(service, path, 'secrets', 'secret'),
    ],
    constraints: constraints.flatMap((text, index) =>
      typeof text === 'string'
        ? [{ path: [...path, 'deploy', 'placement', 'constraints', index], text }]
        : [],
    ),
  };
}

function networkUses(service: unknown, path: DefinitionPath): ServiceUse[] {
  const written = at(service, 'networks');
  if (isMapping(written)) {
    return entriesAt(service, 'networks').map(([key]) => ({
      kind: 'network',
      path: [...path, 'networks', key],
      key,
    }));
  }
  return listAt(service, 'networks').flatMap((key, index): ServiceUse[] =>
    typeof key === 'string' ? [{ kind: 'network', path: [...path, 'networks', index], key }] : [],
  );
}

function fileUses(
  service: unknown,
  path: DefinitionPath,
  list: string,
  kind: 'config' | 'secret',
): ServiceUse[] {
  return listAt(service, list).flatMap((item, index): ServiceUse[] => {
    const key = typeof item === 'string' ? item : textAt(item, 'source');
    return key === undefined ? [] : [{ kind, path: [...path, list, index], key }];
  });
}
