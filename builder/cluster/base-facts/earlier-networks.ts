import { parse } from 'yaml';
import type { ImageTexts } from '../contents/cloud-init-hindrances.ts';

/** A file of an image that gives interfaces an address, beside the one that cloud-init writes. */
export interface EarlierNetwork {
  readonly path: string;
  /** Names of the interfaces, or patterns of a shell; `*` where it cannot be told. */
  readonly interfaces: readonly string[];
}

/** cloud-init writes the first again, and dlimage the second. */
const rewritten = ['/etc/netplan/50-cloud-init.yaml', '/etc/netplan/90-default.yaml'];
const netplanDevices = ['ethernets', 'bonds', 'bridges', 'vlans', 'wifis', 'modems', 'tunnels'];

/**
 * Finds what would configure a network beside dlimage's. Source: netplan(5), interfaces(5), systemd.network(5)
 *
 * @param texts - files of the folders of netplan, ifupdown, systemd-networkd and NetworkManager
 */
export function findNetworks(texts: ImageTexts): EarlierNetwork[] {
  return [...texts].flatMap(([path, text]): EarlierNetwork[] => {
    const interfaces = rewritten.includes(path) ? [] : interfacesIn(path, text);
    return interfaces.length === 0 ? [] : [{ path, interfaces }];
  });
}

function interfacesIn(path: string, text: string): string[] {
  if (path.startsWith('/etc/netplan/')) return hasDevices(text) ? ['*'] : [];
  if (path.startsWith('/etc/network/')) return inInterfaces(text);
  if (path.startsWith('/etc/systemd/network/')) return inNetworkd(path, text);
  return ['*'];
}

/** One that only says which program configures the network, as a desktop's does, is overridden. */
function hasDevices(text: string): boolean {
  try {
    const { network }: { network?: Record<string, unknown> | null } =
      parse(text, { logLevel: 'silent' }) ?? {};
    return netplanDevices.some((kind) => Object.keys(network?.[kind] ?? {}).length > 0);
  } catch {
    // netplan refuses it, and then all other files.
    return true;
  }
}

function inInterfaces(text: string): string[] {
  const names = text.split('\n').flatMap((line) => /^\s*iface\s+(\S+)\s/.exec(line)?.[1] ?? []);
  return [...new Set(names)].filter((name) => name !== 'lo');
}

/** The first file that fits an interface counts, by its name; netplan's are called 10-netplan-INTERFACE.network. */
function inNetworkd(path: string, text: string): string[] {
  if (path.slice(path.lastIndexOf('/') + 1) > '10-netplan-') return [];
  const match = /^\[Match\]\s*$([^[]*)/m.exec(text)?.[1] ?? '';
  const names = [...match.matchAll(/^\s*Name\s*=\s*(.*?)\s*$/gm)].flatMap(([, list = '']) =>
    list.split(/\s+/),
  );
  return names.length === 0 ? ['*'] : names;
}

/** True when a shell pattern fits a name: `en*`, `eth?`. */
export function fits(pattern: string, name: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name);
}
