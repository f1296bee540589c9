import { compose, old, plain, type StackCase } from './stack-case.ts';

/** A service with an env file. */
function envFile(name: string, content: string | Uint8Array, more: Partial<StackCase> = {}): StackCase {
  const text = `${old}${plain}    env_file: ./a.env\n`;
  return { ...compose(`env-file-${name}`, text, { 'a.env': content }), ...more };
}

const longest = 65_535 - 'A='.length;

/** What is in the files of `env_file:`. */
export const envFileCases: readonly StackCase[] = [
  envFile('plain', 'A=1\n#B=2\n\n  C=\n\td-e.f=x=y\n', { environment: { A: '1', C: '', 'd-e.f': 'x=y' } }),
  envFile('empty', ''),
  envFile('bom', '\uFEFFA=1\r\nB=2\r\n', { environment: { A: '1', B: '2' } }),
  envFile('bom-later', 'A=1\n\uFEFFB=2\n', { environment: { A: '1', '\uFEFFB': '2' } }),
  envFile('literal', 'A="b" # c\nD=\'e\' \nF=$G${H}$$\n', {
    environment: { A: '"b" # c', D: "'e' ", F: '$G${H}$$' },
  }),
  envFile('carriage-return', 'A=1\rB=2\r\r\n', { environment: { A: '1\rB=2\r' } }),
  envFile('twice', 'A=1\nA=2\n', { environment: { A: '2' } }),
  envFile('blanks-before', ' \v\f\u0085\u00A0\u2028A=1\n\u3000\n', { environment: { A: '1' } }),
  envFile('odd-names', 'A\u00A0B=1\n\u00E4=2\n1=3\n', {
    environment: { 'A\u00A0B': '1', '\u00E4': '2', '1': '3' },
  }),
  // The docker command has a HOME of its own, as the agent's has: neither gets into a service.
  envFile('bare', 'HOME\nTOKEN\nMISSING\nA=1', {
    variables: { TOKEN: " x='$y' # z" },
    environment: { TOKEN: " x='$y' # z", A: '1' },
  }),
  envFile('bare-blank', 'TOKEN \n', { variables: { TOKEN: 'a' } }),
  envFile('export', 'export A=1\n'),
  envFile('blank-in-name', 'A B=1\n'),
  envFile('blank-after-name', 'A =1\n'),
  envFile('tab-in-name', 'A\tB=1\n'),
  envFile('blank-alone', 'A B\n'),
  envFile('yaml', 'A: 1\n'),
  envFile('no-name', '=1\n'),
  envFile('latin1', Buffer.from('A=gr\u00FC\u00DFe\n', 'latin1')),
  envFile('latin1-comment', Buffer.from('# gr\u00FC\u00DFe\n', 'latin1')),
  envFile('replacement-character', 'A=\uFFFD\n', { environment: { A: '\uFFFD' } }),
  envFile('long', `A=${'x'.repeat(longest)}\nB=${'x'.repeat(longest)}`),
  envFile('too-long', `A=${'x'.repeat(longest + 1)}\n`),
  envFile('too-long-at-the-end', `A=${'x'.repeat(longest + 1)}`),
  envFile('too-long-comment', `#${'x'.repeat(longest + 2)}\n`),
];
