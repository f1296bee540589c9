import { parseIpv4 } from './ipv4.ts';

/** True for an IPv6 address in any of its forms, without a zone. Source: RFC 4291, section 2.2. */
export function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const counts = halves.map((half, index) => countGroups(half, index === halves.length - 1));
  if (counts.includes(undefined)) return false;
  const groups = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  return halves.length === 2 ? groups <= 7 : groups === 8;
}

/** True for an IPv4 or an IPv6 address. */
export function isAddress(text: string): boolean {
  return parseIpv4(text) !== undefined || isIpv6(text);
}

/** Number of 16-bit groups, or undefined when one is wrong. The last part of an address may be IPv4, which counts two. */
function countGroups(half: string, isLast: boolean): number | undefined {
  if (half === '') return 0;
  const parts = half.split(':');
  const ipv4 = isLast && parseIpv4(parts.at(-1) ?? '') !== undefined;
  const hexadecimal = ipv4 ? parts.slice(0, -1) : parts;
  if (!hexadecimal.every((part) => /^[0-9a-f]{1,4}$/i.test(part))) return undefined;
  return hexadecimal.length + (ipv4 ? 2 : 0);
}
