import { describe, expect, it } from 'vitest';
import { parseVariableFile } from '../../../../builder/cluster/stacks/variable-file.ts';
import { fillVariables } from '../../../../builder/cluster/stacks/variable-template.ts';

describe('variables in a text', () => {
  const fill = (text: string) => fillVariables(text, (name) => ({ A: 'a', EMPTY: '', lower: 'l' })[name]);

  it.each([
    ['$A', 'a'],
    ['${A}', 'a'],
    ['x${A}y$lower', 'xayl'],
    ['$$A', '$A'],
    ['$$$A', '$a'],
    ['${EMPTY:-d}', 'd'],
    ['${EMPTY-d}', ''],
    ['${NONE-d}', 'd'],
    ['${NONE:-}', ''],
    ['${NONE:-a:b-c?d}', 'a:b-c?d'],
    ['${A:?not-there}', 'a'],
    ['${EMPTY?no}', ''],
    ['${NONE:-$x}', '$x'],
  ])('%s is %s', (text, expected) => {
    expect(fill(text)).toMatchObject({ text: expected, malformed: [] });
  });

  it.each(['${NONE}', '$NONE', '${EMPTY:?why}', '${NONE?why}'])('%s needs a value', (text) => {
    expect(fill(text).uses).toMatchObject([{ isRequired: true, value: undefined }]);
  });

  it.each(['$', '$ 5', '${}', '${1}', '${A', '${A:-${B}}', '$-'])('%s begins no variable', (text) => {
    expect(fill(text).malformed).not.toEqual([]);
  });
});

describe('a file of variables', () => {
  const parse = (text: string) => parseVariableFile({ file: '.env', text });

  it.each([
    ['A=b', 'b'],
    ['export A = b c  # comment', 'b c'],
    ['A=b#c', 'b#c'],
    ['A=', ''],
    ['A=#c', ''],
    ["A='$b #c'", '$b #c'],
    ['A="b\\n\\"c\\" \\$d"', 'b\n"c" $d'],
    ['A="b\nc"', 'b\nc'],
    ['\uFEFFA=b\r\n', 'b'],
    ['A=1\nA=2', '2'],
    ['A=b=c', 'b=c'],
  ])('%j sets A to %j', (text, expected) => {
    const { values, diagnostics } = parse(text);
    expect([values.get('A'), diagnostics]).toEqual([expected, []]);
  });

  it.each(['A', 'A b', '1A=b', 'A=$b', 'A="$b"', 'A="b', "A='b' c", '=b', 'A-B'])('%j is refused', (text) => {
    expect(parse(text).diagnostics).toHaveLength(1);
  });
});
