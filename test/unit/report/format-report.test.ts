import { describe, expect, it } from 'vitest';
import type { Diagnostic, Position, SourceText } from '../../../builder/report/diagnostic.ts';
import { countFindings } from '../../../builder/report/count-findings.ts';
import { countDiagnostics, formatReport } from '../../../builder/report/format-report.ts';

const plain = { colour: false };

/** A report about one place in one text. */
function reportAt(text: string, line: number, column: number, length: number): string[] {
  const source: SourceText = { file: 'f.yaml', text };
  const found: Diagnostic = {
    severity: 'error',
    id: 'some-id',
    message: 'wrong',
    at: { file: 'f.yaml', line, column, length },
  };
  return formatReport([found], [source], plain).split('\n').slice(1, -3);
}

function finding(message: string, at?: Diagnostic['at']): Diagnostic {
  return { severity: 'warning', id: 'x', message, ...(at === undefined ? {} : { at }) };
}

function place(file: string, line: number, column: number): Position {
  return { file, line, column, length: 1 };
}

function some(severity: Diagnostic['severity'], count: number): Diagnostic[] {
  return Array.from({ length: count }, () => ({ severity, id: 'x', message: '' }));
}

describe('formatReport', () => {
  it('looks like the style guide', () => {
    const source = {
      file: 'cluster.yaml',
      text: '# x\n\nnetwork: { subnet: 10.0.0.0/24 }\n  vip: 10.0.1.5\n',
    };
    const found: Diagnostic = {
      severity: 'error',
      id: 'vip-outside-subnet',
      message: 'virtual IP 10.0.1.5 is outside 10.0.0.0/24',
      hint: 'choose a free address inside 10.0.0.0/24 that DHCP never hands out',
      at: { file: 'cluster.yaml', line: 4, column: 8, length: 8 },
    };
    expect(formatReport([found], [source], plain)).toBe(
      `cluster.yaml:4:8: error: virtual IP 10.0.1.5 is outside 10.0.0.0/24 [vip-outside-subnet]
    |
  3 | network: { subnet: 10.0.0.0/24 }
  4 |   vip: 10.0.1.5
    |        ^^^^^^^^
  hint: choose a free address inside 10.0.0.0/24 that DHCP never hands out

1 error
`,
    );
  });

  it('says nothing about nothing', () => {
    expect(formatReport([], [], plain)).toBe('');
  });

  it('orders by source, line and column, with what has no place last', () => {
    const sources = [
      { file: 'b', text: 'one\ntwo\n' },
      { file: 'a', text: 'one\n' },
    ];
    const report = formatReport(
      [
        finding('nowhere'),
        finding('4', place('a', 1, 1)),
        finding('3', place('b', 2, 1)),
        finding('2', place('b', 1, 3)),
        finding('1', place('b', 1, 2)),
      ],
      sources,
      plain,
    );
    expect([...report.matchAll(/warning: (\w+)/g)].map((match) => match[1])).toEqual([
      '1',
      '2',
      '3',
      '4',
      'nowhere',
    ]);
  });

  it('colours only when asked to', () => {
    const source = { file: 'f', text: 'name: x\n' };
    const found: Diagnostic = {
      severity: 'error',
      id: 'i',
      message: 'm',
      hint: 'h',
      at: { file: 'f', line: 1, column: 7, length: 1 },
    };
    const coloured = formatReport([found], [source], { colour: true });
    expect(coloured).toContain('\u001B[1;31merror:\u001B[0m m');
    // oxlint-disable-next-line no-control-regex
    expect(coloured.replaceAll(/\u001B\[[\d;]*m/g, '')).toBe(formatReport([found], [source], plain));
    expect(formatReport([found], [source], plain)).not.toContain('\u001B');
  });
});

describe('an excerpt', () => {
  it('has no line before the first', () => {
    expect(reportAt('name: x', 1, 7, 1)).toEqual(['    |', '  1 | name: x', '    |       ^']);
  });

  it('aligns the numbers of lines 9 and 10, and leaves no space behind an empty line', () => {
    expect(reportAt(`${'\n'.repeat(9)}name: x`, 10, 1, 4)).toEqual([
      '     |',
      '   9 |',
      '  10 | name: x',
      '     | ^^^^',
    ]);
  });

  it('shows tabs as spaces and puts the caret behind them', () => {
    expect(reportAt('\ta:\tb\n', 1, 5, 1)).toEqual(['    |', '  1 |     a:    b', '    |           ^']);
  });

  it('counts wide, combining and joined characters as a terminal does', () => {
    expect(reportAt('日本: x', 1, 5, 1).slice(1)).toEqual(['  1 | 日本: x', '    |       ^']);
    expect(reportAt('e\u0301: x', 1, 5, 1)[2]).toBe('    |    ^');
    expect(reportAt('a: 🚀🚀 x', 1, 4, 4)[2]).toBe('    |    ^^^^');
  });

  it('keeps control characters from the terminal', () => {
    const lines = reportAt('a: "\u001B[31m\u202Ex"', 1, 4, 3).join('\n');
    expect(lines).toContain('"\uFFFD[31m\uFFFDx"');
  });

  it('handles CRLF and a byte order mark', () => {
    expect(reportAt('\uFEFFa: 1\r\nb: 2\r\n', 2, 4, 1)).toEqual([
      '    |',
      '  1 | a: 1',
      '  2 | b: 2',
      '    |    ^',
    ]);
  });

  it('cuts a long line to what is around the place', () => {
    const [, shown, carets] = reportAt(`${'x'.repeat(300)}HERE${'y'.repeat(300)}`, 1, 301, 4);
    expect(shown).toMatch(/^ {2}1 \| …x+HEREy+…$/);
    expect(shown?.length).toBeLessThan(120);
    expect(carets?.indexOf('^^^^')).toBe(shown?.indexOf('HERE'));
    expect(carets?.endsWith('^^^^')).toBe(true);
  });

  it('never runs beyond the line, and shows nothing for a place that is not there', () => {
    expect(reportAt('a: b', 1, 4, 99)[2]).toBe('    |    ^');
    expect(reportAt('a: b', 1, 5, 1)[2]).toBe('    |     ^');
    expect(reportAt('a: b', 7, 1, 1)).toEqual([]);
  });
});

describe('countDiagnostics', () => {
  it('counts in words', () => {
    expect(countDiagnostics([...some('warning', 1), ...some('error', 2)])).toBe('2 errors, 1 warning');
    expect(countDiagnostics(some('note', 3))).toBe('3 notes');
  });
});

describe('countFindings', () => {
  it('gives machines the order in which people read, with numbers', () => {
    const source = { file: 'f', text: 'a\nb\n' };
    const second: Diagnostic = {
      severity: 'error',
      id: 'i',
      message: 'm',
      hint: 'h',
      at: { file: 'f', line: 2, column: 1, length: 1 },
    };
    const first: Diagnostic = {
      severity: 'warning',
      id: 'j',
      message: 'n',
      at: { file: 'f', line: 1, column: 1, length: 1 },
    };
    expect(countFindings([second, first], [source])).toEqual({
      diagnostics: [first, second],
      errors: 1,
      warnings: 1,
    });
  });
});
