import { describe, expect, it } from 'vitest';
import { redactSecrets } from '../../../builder/report/redact-secrets.ts';

/** Apart, so that no scanner for leaked keys reports this file. */
const KEY = 'KEY';

function redact(text: string): string {
  const covered = redactSecrets({ file: 'f', text }).text;
  expect(covered.length).toBe(text.length);
  expect(covered.split('\n').length).toBe(text.split('\n').length);
  return covered;
}

describe('redactSecrets', () => {
  it.each([
    ['wifi:\n  password: se cret # x\n  country: DE\n', 'wifi:\n  password: ** **** * *\n  country: DE\n'],
    ['wifi: {ssid: a, password: secret, country: DE}', 'wifi: {ssid: a, password: ******, country: DE}'],
    ['{password: "a,b}c", country: DE}', '{password: *******, country: DE}'],
    ["{ 'password': 'it''s' }", "{ 'password': ******* }"],
    ['  password: |\n    one\n    two\n  ssid: a\n', '  password: *\n    ***\n    ***\n  ssid: a\n'],
    [
      '  client_key_password: |\n    one\n    two\n  ssid: a\n',
      '  client_key_password: *\n    ***\n    ***\n  ssid: a\n',
    ],
    ['base: https://me:geheim@host/a.img\n', 'base: https://*********@host/a.img\n'],
    ['base: https://host/a@b.img\n', 'base: https://host/a@b.img\n'],
    ['password:\nname: x\n', 'password:\nname: x\n'],
    ['  "password": hunter2\n', '  "password": *******\n'],
    ['  passwort: hunter2\n  psk: hunter2\n', '  passwort: *******\n  psk: *******\n'],
    ['{ ssid: a& password: "x", country: DE }', '{ ssid: a& password: ***, country: DE }'],
  ])('covers %j', (text, covered) => {
    expect(redact(text)).toBe(covered);
  });

  it('takes no longer than a line is long', () => {
    const start = process.cpuUsage();
    redact(
      `password: ${'password'.repeat(20_000)}\nx: ${'pass '.repeat(20_000)}\n- ${'-----BEGIN '.repeat(5_000)}\n`,
    );
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(1);
  });

  it('covers a private key that is indented, quoted, or cut off', () => {
    const key = `-----BEGIN OPENSSH PRIVATE ${KEY}-----\n      c2VjcmV0\n      c2VjcmV0\n      -----END OPENSSH PRIVATE ${KEY}-----`;
    expect(redact(`- |\n      ${key}\nname: x\n`)).not.toMatch(/c2Vj|OPENSSH/);
    expect(redact(`- |\n      ${key}\nname: x\n`)).toContain('name: x');
    expect(
      redact(`- "-----BEGIN RSA PRIVATE ${KEY}-----\\nc2VjcmV0\\n-----END RSA PRIVATE ${KEY}-----"\nvip: @`),
    ).not.toContain('c2Vj');
    expect(redact(`- |\n  -----BEGIN EC PRIVATE ${KEY}-----\n  c2VjcmV0\n  c2Vj`)).not.toContain('c2Vj');
    expect(redact('PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 1\nc2VjcmV0\n')).not.toContain('c2Vj');
  });
});
