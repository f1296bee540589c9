import { describe, expect, it } from 'vitest';
import { formatReport } from '../../../builder/report/format-report.ts';
import { understand } from './understand.ts';

/** A definition with something of everything, as a starting point for damage. */
const sample = `name: home
nodes:
  - &first { name: a, address: 192.168.1.5, labels: { disk: ssd } }
  - name: b
    role: worker
    dhcp: true
  - *first
network: { subnet: 192.168.1.0/24, dns: [9.9.9.9], wifi: { ssid: x, password: "hunter22", country: DE } }
vip: false
users:
  - name: ada
    authorized_keys: ["./a.pub"]
storage: { type: glusterfs, replicas: all }
files: [{ source: ./m, path: /etc/motd, mode: "0644" }]
`;
const replacements = [
  '',
  ' ',
  '\t',
  '\n',
  ':',
  '-',
  '"',
  '{',
  ']',
  '&',
  '*',
  '!',
  '0',
  '\u0000',
  '😀',
  '#',
  '|',
  '<<: ',
];

/** Understands a text and checks what has to hold for every text there is. */
function check(text: string, hidden: readonly string[] = ['hunter22', '\u001B']): void {
  const { value, diagnostics, sources } = understand(text);
  const hasError = diagnostics.some(({ severity }) => severity === 'error');
  expect(value === undefined).toBe(hasError);
  for (const { at, id } of diagnostics) {
    if (at === undefined) continue;
    const line = sources.find(({ file }) => file === at.file)?.text.split(/\r?\n/)[at.line - 1];
    expect([id, text, (line?.length ?? -1) >= at.column - 1]).toEqual([id, text, true]);
  }
  const report = formatReport(diagnostics, sources, { colour: false });
  expect(hidden.filter((secret) => report.includes(secret))).toEqual([]);
}

describe('any text', () => {
  it(
    'is understood or refused at places that exist, whatever one character is replaced by',
    { timeout: 60_000 },
    () => {
      const key = sample.indexOf('password');
      for (let place = 0; place < sample.length; place += 3) {
        const replacement = replacements[(place / 3) % replacements.length] ?? '';
        const text = sample.slice(0, place) + replacement + sample.slice(place + 1);
        // What is no longer called a password cannot be known to be one.
        check(text, place >= key && place < key + 'password'.length ? ['\u001B'] : undefined);
      }
    },
  );

  it('may stop anywhere', { timeout: 60_000 }, () => {
    for (let place = 0; place < sample.length; place += 7) check(sample.slice(0, place));
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'may use the word %s anywhere',
    (word) => {
      check(
        `name: ${word}\nprofile: ${word}\nbase: ${word}\nvip: ${word}\ntimezone: ${word}\n${word}: ${word}\n`,
      );
      check(`nodes: [{ role: ${word}, labels: { ${word}: x }, ${word}: 1 }]\nstorage: { type: ${word} }\n`);
      check(`users: [{ name: ${word}, authorized_keys: [${word}] }]\nnetwork: { ${word}: 1 }\n`);
    },
  );

  it.each([100, 900, 5000])('may be nested %i deep', (depth) => {
    check(`nodes: ${'['.repeat(depth)}${']'.repeat(depth)}\n`);
    check(`nodes: ${'{a: '.repeat(depth)}${'}'.repeat(depth)}\n`);
    check(`nodes: ${'['.repeat(depth)}"x\n`);
  });

  it('may begin with a byte order mark', () => {
    const { diagnostics, sources } = understand('\uFEFFcuont: 3\n');
    expect(formatReport(diagnostics, sources, { colour: false })).toContain(
      '\n  1 | cuont: 3\n    | ^^^^^\n',
    );
  });
});
