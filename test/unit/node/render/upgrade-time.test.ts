import { describe, expect, it } from 'vitest';
import { upgradeTime } from '../../../../builder/node/render/upgrade-time.ts';

describe('the time of a node for unattended upgrades', () => {
  it('is an hour after the node before it', () => {
    expect([1, 2, 3, 19].map((index) => upgradeTime(index, 20))).toEqual([
      '06:00',
      '07:00',
      '08:00',
      '00:00',
    ]);
  });

  it('is its own in any cluster whose nodes are no more than the minutes of a day', () => {
    for (const count of [1, 24, 25, 100, 1440]) {
      const times = Array.from({ length: count }, (_, index) => upgradeTime(index + 1, count));
      expect(new Set(times).size).toBe(count);
      for (const time of times) expect(time).toMatch(/^([01]\d|2[0-3]):[0-5]\d$/);
    }
  });
});
