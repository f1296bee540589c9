import { describe, expect, it } from 'vitest';
import { formatRows, formatTable } from '../../../builder/report/format-table.ts';
import { wrapText } from '../../../builder/report/wrap-text.ts';

describe('wrapText', () => {
  it('breaks between words, and never inside one', () => {
    expect(wrapText('note: one two three [login-key-made]', 20)).toEqual([
      'note: one two three',
      '    [login-key-made]',
    ]);
    expect(wrapText('short', 20)).toEqual(['short']);
    expect(wrapText('averylongwordthatfitsnowhere x', 10)).toEqual(['averylongwordthatfitsnowhere', '    x']);
  });

  it('keeps the blanks at the beginning, and counts neither colours nor wide letters wrongly', () => {
    expect(wrapText('  hint: a b', 9)).toEqual(['  hint: a', '    b']);
    expect(wrapText('\u001B[1;31merror:\u001B[0m ab', 9)).toEqual(['\u001B[1;31merror:\u001B[0m ab']);
    expect(wrapText('漢字 漢字', 8)).toEqual(['漢字', '    漢字']);
  });
});

describe('formatTable', () => {
  it('lines up columns by what they take on a terminal', () => {
    expect(
      formatTable(
        ['network', 'x'],
        [
          ['漢字', '1'],
          ['attic', '2'],
        ],
      ),
    ).toBe('network  x\n漢字     1\nattic    2');
    expect(
      formatRows(
        [
          ['a', '1'],
          ['b', '22'],
        ],
        { right: [1] },
      ),
    ).toBe('a   1\nb  22');
  });
});
