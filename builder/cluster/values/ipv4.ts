/** An IPv4 address as an unsigned 32-bit number. */
export type Ipv4 = number;

/** An IPv4 network: its first address and the number of leading bits all its addresses share. */
export interface Ipv4Subnet {
  readonly network: Ipv4;
  readonly prefixLength: number;
}

/** Parses dotted decimal, four parts without leading zeros (`010` is 8 to some programs and 10 to others). */
export function parseIpv4(text: string): Ipv4 | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let address = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    address = address * 256 + Number(part);
  }
  return address;
}

/** Dotted decimal of an address; numbers beyond 32 bits wrap around. */
export function formatIpv4(address: Ipv4): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

/** Parses `192.168.1.0/24`. Bits set behind the prefix are kept out of `network`. */
export function parseSubnet(text: string): Ipv4Subnet | undefined {
  const [address, prefix, ...rest] = text.split('/');
  const parsed = parseIpv4(address ?? '');
  if (parsed === undefined || rest.length > 0 || !/^(0|[1-9]\d?)$/.test(prefix ?? '')) return undefined;
  const prefixLength = Number(prefix);
  if (prefixLength > 32) return undefined;
  return { network: (parsed & mask(prefixLength)) >>> 0, prefixLength };
}

/** CIDR notation of a subnet. */
export function formatSubnet(subnet: Ipv4Subnet): string {
  return `${formatIpv4(subnet.network)}/${subnet.prefixLength}`;
}

/** The last address of the subnet, which is its broadcast address. */
export function broadcastAddress(subnet: Ipv4Subnet): Ipv4 {
  return subnet.network + 2 ** (32 - subnet.prefixLength) - 1;
}

/** True when the address lies in the subnet, its network and broadcast address included. */
export function contains(subnet: Ipv4Subnet, address: Ipv4): boolean {
  return address >= subnet.network && address <= broadcastAddress(subnet);
}

/** True when the two subnets share an address. */
export function overlaps(one: Ipv4Subnet, other: Ipv4Subnet): boolean {
  return one.network <= broadcastAddress(other) && other.network <= broadcastAddress(one);
}

function mask(prefixLength: number): number {
  return prefixLength === 0 ? 0 : (-1 << (32 - prefixLength)) >>> 0;
}
