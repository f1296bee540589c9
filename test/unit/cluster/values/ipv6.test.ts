import { describe, expect, it } from 'vitest';
import { isAddress, isIpv6 } from '../../../../builder/cluster/values/ipv6.ts';

describe('isIpv6', () => {
  it.each([
    '::',
    '::1',
    'fd00::53',
    '2001:DB8:0:0:8:800:200c:417a',
    '::ffff:10.0.0.1',
    '1:2:3:4:5:6:1.2.3.4',
    '1::',
  ])('takes %s', (text) => expect(isIpv6(text)).toBe(true));

  it.each([
    '',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '1::2::3',
    'fe80::1%eth0',
    'fd00::12345',
    '1.2.3.4::',
    '10.0.0.1',
    '[::1]',
    ' ::1',
  ])('refuses %j', (text) => expect(isIpv6(text)).toBe(false));
});

it('an address is of either kind', () => {
  expect(['10.0.0.1', 'fd00::1', 'nas', '10.0.0'].map(isAddress)).toEqual([true, true, false, false]);
});
