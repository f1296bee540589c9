import { expect, it } from 'vitest';
import { defaultManagerCount } from '../../../builder/definition/roles.ts';

it('makes as many managers as survive the most losses', () => {
  const managers = [1, 2, 3, 4, 5, 6, 7, 8, 1000].map((count) => defaultManagerCount(count, 4096));
  expect(managers).toEqual([1, 1, 3, 3, 5, 5, 5, 5, 5]);
});

it('is content with three of five boards that have 1 GB', () => {
  expect(defaultManagerCount(5, 1024)).toBe(3);
  expect(defaultManagerCount(5, 1025)).toBe(5);
  expect(defaultManagerCount(6, 1024)).toBe(5);
});
