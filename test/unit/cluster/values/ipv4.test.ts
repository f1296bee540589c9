import { describe, expect, it } from 'vitest';
import {
  broadcastAddress,
  contains,
  formatIpv4,
  formatSubnet,
  overlaps,
  parseIpv4,
  parseSubnet,
  type Ipv4Subnet,
} from '../../../../builder/cluster/values/ipv4.ts';

function subnet(text: string): Ipv4Subnet {
  const parsed = parseSubnet(text);
  if (parsed === undefined) throw new Error(`${text} is no subnet`);
  return parsed;
}

describe('parseIpv4', () => {
  it.each([
    ['0.0.0.0', 0],
    ['10.0.0.1', 0x0a000001],
    ['192.168.1.101', 0xc0a80165],
    ['255.255.255.255', 0xffffffff],
  ])('reads %s', (text, address) => {
    expect(parseIpv4(text)).toBe(address);
    expect(formatIpv4(address)).toBe(text);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '1.2.3.+4',
    '1.2.3.4 ',
    '1.2.3.',
    '::1',
    '1e1.2.3.4',
  ])('refuses %j', (text) => {
    expect(parseIpv4(text)).toBeUndefined();
  });
});

describe('parseSubnet', () => {
  it.each(['0.0.0.0/0', '10.0.0.0/8', '192.168.1.0/24', '192.168.1.128/25', '192.168.1.4/30', '1.2.3.4/32'])(
    'keeps %s as it is',
    (text) => {
      expect(formatSubnet(subnet(text))).toBe(text);
    },
  );

  it('keeps bits behind the prefix out of the network', () => {
    expect(formatSubnet(subnet('192.168.1.5/24'))).toBe('192.168.1.0/24');
    expect(formatSubnet(subnet('255.255.255.255/1'))).toBe('128.0.0.0/1');
  });

  it.each(['10.0.0.0', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/08', '10.0.0.0/8/8', '10.0.0/8'])(
    'refuses %s',
    (text) => {
      expect(parseSubnet(text)).toBeUndefined();
    },
  );
});

describe('a subnet', () => {
  it('ends at its broadcast address', () => {
    expect(formatIpv4(broadcastAddress(subnet('192.168.1.0/24')))).toBe('192.168.1.255');
    expect(formatIpv4(broadcastAddress(subnet('10.0.0.0/8')))).toBe('10.255.255.255');
    expect(broadcastAddress(subnet('0.0.0.0/0'))).toBe(0xffffffff);
  });

  it('contains what lies between its ends', () => {
    const lan = subnet('192.168.1.64/26');
    expect([63, 64, 127, 128].map((last) => contains(lan, 0xc0a80100 + last))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it.each([
    ['10.0.0.0/8', '10.200.0.0/16', true],
    ['10.200.0.0/16', '10.0.0.0/8', true],
    ['10.0.0.0/9', '10.128.0.0/9', false],
    ['192.168.1.0/24', '192.168.1.255/32', true],
    ['192.168.1.0/24', '192.168.2.0/24', false],
  ])('%s and %s overlap: %s', (one, other, expected) => {
    expect(overlaps(subnet(one), subnet(other))).toBe(expected);
  });
});
