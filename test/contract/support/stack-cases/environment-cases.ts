import { service, type StackCase } from './stack-case.ts';

/** `environment:` and `env_file:`. */
export const environmentCases: readonly StackCase[] = [
  service('inline-env-bool', 'environment: { A: true }'),
  service('env-yes', 'environment: { A: yes }'),
  service('env-y', 'environment: { A: y }'),
  service('env-quoted', "environment: { A: 'true' }"),
  service('env-number', 'environment: { A: 1.5, B: 0444, C: 0x1F, D: 1_000, E: 12:30 }'),
  service('env-null', 'environment: { A: }'),
  service('env-list', 'environment: [A=1, B=]'),
  service('env-date', 'environment: { A: 2001-01-01 }'),
  service('env-nested', 'environment: { A: [1] }'),
  service('env-twice', 'environment: [A=1, A=1]'),
  service('env-file', 'env_file: ./web.env'),
  service('env-file-long', 'env_file: [{ path: ./web.env, required: false }]'),
  service('env-file-list', 'env_file: [./web.env]'),
  service('key-number', 'environment: { 1: a }'),
  service('key-bool', 'environment: { on: a }'),
  service('key-null', 'environment: { ~: a }'),
];
