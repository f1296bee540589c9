import type { DefinitionPath } from '../source/definition-path.ts';
import { isMapping } from '../source/is-mapping.ts';

/** A port of the nodes that leads to a service. */
export interface PublishedPort {
  readonly path: DefinitionPath;
  readonly port: number;
  readonly protocol: string;
  /** Through the swarm's own network, on every node; else only on nodes where a container of the service runs. */
  readonly isIngress: boolean;
}

/** More than this many ports in one range nobody writes on purpose; Docker would refuse it as well. */
const longestRange = 1000;

/** The ports that an item of `ports:` publishes. None when it only names a container's port, or cannot be understood. */
export function parsePort(written: unknown, path: DefinitionPath): PublishedPort[] {
  if (isMapping(written)) {
    const { published, protocol = 'tcp', mode } = written;
    return range(published).map((port) => ({
      path: [...path, 'published'],
      port,
      protocol: String(protocol),
      isIngress: mode !== 'host',
    }));
  }
  if (typeof written !== 'string') return [];
  const [mapping = '', protocol = 'tcp'] = written.split('/');
  // [address:]published:target
  const published = mapping.split(':').slice(0, -1).at(-1);
  return range(published).map((port) => ({ path, port, protocol, isIngress: true }));
}

function range(published: unknown): number[] {
  if (typeof published === 'number') return [published];
  if (typeof published !== 'string') return [];
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(published) ?? [];
  if (first === undefined) return [];
  const length = Number(last) - Number(first) + 1;
  if (length < 1 || length > longestRange) return [];
  return Array.from({ length }, (_, index) => Number(first) + index);
}
