import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance } from '../../../builder/report/did-you-mean.ts';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['count', 'cuont', 1],
    ['abcd', 'badc', 2],
    ['subnet', 'subnets', 1],
    ['same', 'same', 0],
  ])('%j to %j takes %i', (one, other, distance) => {
    expect(editDistance(one, other)).toBe(distance);
    expect(editDistance(other, one)).toBe(distance);
  });
});

describe('didYouMean', () => {
  const keys = ['name', 'profile', 'count', 'nodes', 'network', 'first_address', 'dns', 'ntp'];

  it.each([
    ['profil', 'profile'],
    ['cuont', 'count'],
    ['firstAddress', 'first_address'],
    ['first-address', 'first_address'],
    ['NODES', 'nodes'],
    ['netwrk', 'network'],
  ])('finds for %s the key %s', (word, meant) => {
    expect(didYouMean(word, keys)).toBe(meant);
  });

  it.each(['kubernetes', 'x', 'vlan', ''])('finds nothing for %j', (word) => {
    expect(didYouMean(word, keys)).toBeUndefined();
  });
});
