import { expect, it } from 'vitest';
import { composeVersionOf } from '../../../../builder/cluster/stacks/compose-version.ts';

it.each<[unknown, (string | undefined)[], unknown]>([
  [undefined, ['26.1'], { minor: 12, written: null }],
  [undefined, ['20.10'], { minor: 9, written: '3.9' }],
  [undefined, ['19.03'], { minor: 8, written: '3.8' }],
  [undefined, ['29.1', '26.1'], { minor: 12, written: '3.12' }],
  ['3', ['20.10', '26.1'], { minor: 9, written: '3.9' }],
  ['3', ['23.0'], { minor: 10, written: '3.10' }],
  ['3.8', ['19.03', '29.1'], { minor: 8, written: null }],
  ['3.9', ['19.03'], undefined],
  ['2.4', ['26.1'], undefined],
  ['3.13', ['29.1'], { minor: 13, written: null }],
  [3.8, ['26.1'], undefined],
  [undefined, [undefined], { minor: 12, written: null }],
])('version %j on %j', (version, dockers, expected) => {
  expect(composeVersionOf(version, dockers)).toEqual(expected);
});
