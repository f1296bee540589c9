import { expect, it } from 'vitest';
import {
  formatDependency,
  missingDependencies,
  parseDependency,
} from '../../../../builder/system/debian-packages/dependency.ts';

const wanted = ['docker.io | docker-ce', 'keepalived', 'jq', 'keepalived'].map(parseDependency);

it('asks for what nothing present meets, once', () => {
  const missing = missingDependencies(wanted, new Set(['docker-ce', 'jq']));
  expect(missing.map(formatDependency)).toEqual(['keepalived']);
});

it('keeps the alternatives, the preferred first', () => {
  expect(missingDependencies(wanted, new Set()).map(formatDependency)).toEqual([
    'docker.io | docker-ce',
    'keepalived',
    'jq',
  ]);
});

it('asks for nothing where all is there', () => {
  expect(missingDependencies(wanted, new Set(['docker.io', 'keepalived', 'jq']))).toEqual([]);
});
