import type { DefinitionPath } from '../source/definition-path.ts';
import { parseIpv4 } from '../values/ipv4.ts';
import { isMapping } from '../source/is-mapping.ts';

/** A port of the nodes that leads to a service. */
export interface PublishedPort {
  readonly path: DefinitionPath;
  readonly port: number;
  readonly protocol: string;
  /** Through the swarm's own network, on every node; else only on nodes where a container of the service runs. */
  readonly isIngress: boolean;
}

/** An item of `ports:` as Docker understands it. */
export interface PortMapping {
  readonly path: DefinitionPath;
  readonly published: readonly PublishedPort[];
  /** Why Docker refuses it; undefined when it does not. */
  readonly wrong: string | undefined;
  /** The address of the node that it is to be published at, which a swarm does not do. */
  readonly address: string | undefined;
}

const protocols: ReadonlySet<string> = new Set(['tcp', 'udp', 'sctp']);

/** Understands an item of `ports:`, short or long. Source: docker/go-connections, nat.ParsePortSpec. */
export function parsePort(written: unknown, path: DefinitionPath): PortMapping {
  if (isMapping(written)) return longForm(written, path);
  const text = typeof written === 'string' ? written : String(written);
  const nothing = { path, published: [], address: undefined };
  const parts = text.split(':');
  const [target = '', ...protocolParts] = (parts.at(-1) ?? '').split('/');
  const published = parts.at(-2) ?? '';
  const address = parts.length > 2 ? parts.slice(0, -2).join(':') : undefined;
  const protocol = (
    protocolParts[0] === undefined || protocolParts[0] === '' ? 'tcp' : protocolParts[0]
  ).toLowerCase();
  const refuse = (wrong: string): PortMapping => ({ ...nothing, wrong });
  if (!protocols.has(protocol)) return refuse(`${protocol} is none of tcp, udp and sctp`);
  if (address !== undefined && address !== '' && !isAddress(address))
    return refuse(`${address} is no IP address`);
  const inside = parseRange(target);
  if (inside === undefined)
    return refuse(
      target === '' ? 'the port of the container is missing' : `${target} is no port of a container`,
    );
  if (published === '') return { ...nothing, wrong: undefined };
  const outside = parseRange(published);
  if (outside === undefined) return refuse(`${published} is no port of the nodes`);
  if (inside.length > 1 && inside.length !== outside.length)
    return refuse(`${published} and ${target} are not equally long`);
  const ports = outside.map((port): PublishedPort => ({ path, port, protocol, isIngress: true }));
  return {
    path,
    published: ports,
    wrong: undefined,
    address: address === '' || address === '0.0.0.0' || address === '[::]' ? undefined : address,
  };
}

/** The other keys and their types are the schema's business. */
function longForm(written: Readonly<Record<string, unknown>>, path: DefinitionPath): PortMapping {
  const { published, target, protocol = 'tcp', mode } = written;
  const nothing = { path, published: [], wrong: undefined, address: undefined };
  if (target === undefined || (typeof target === 'number' && !isPort(target))) {
    return {
      ...nothing,
      wrong:
        target === undefined
          ? 'target, the port of the container, is missing'
          : `target ${String(target)} is no port`,
    };
  }
  if (published === undefined || published === 0) return nothing;
  if (typeof published !== 'number') return nothing;
  if (!isPort(published)) return { ...nothing, wrong: `published ${String(published)} is no port` };
  const port = {
    path: [...path, 'published'],
    port: published,
    protocol: String(protocol).toLowerCase(),
    isIngress: mode !== 'host',
  };
  return { ...nothing, published: [port] };
}

function parseRange(text: string): number[] | undefined {
  const [, first, last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text) ?? [];
  const [start, end] = [Number(first), Number(last)];
  if (first === undefined || start > 65_535 || end > 65_535 || end < start) return undefined;
  return Array.from({ length: end - start + 1 }, (_, index) => start + index);
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65_535;
}

/** IPv6 stands in brackets. */
function isAddress(text: string): boolean {
  const ipv6 = /^\[([0-9a-fA-F:.]+)\]$/.exec(text)?.[1];
  return ipv6 === undefined ? parseIpv4(text) !== undefined : URL.canParse(`http://[${ipv6}]/`);
}
