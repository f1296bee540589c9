import { describe, expect, it } from 'vitest';
import { isPrivateKey, parseSshKey } from '../../../../builder/cluster/values/ssh-key.ts';
import { publicKey } from '../../../errors/world.ts';

/** Apart, so that no scanner for leaked keys reports this file. */
const KEY = 'KEY';

// Public halves of keys whose private halves were thrown away.
const rsa1024 =
  'AAAAB3NzaC1yc2EAAAADAQABAAAAgQDtBlfj6D5sZDmwVdByA4dh/iNHrx1KEuimUlLoDeExJ3j2JWn2tHpOqPXc4RFQ4u8oU09rsDyLwkn6g0gCIRgdPK2KfFQt9IUUF53YOBXDg5bmLJejXYYo5pX+cqCPBeyQVChSy6mMzTNjGnL3SrV2DTZBP5tE1dmnYTC/8ldE0w==';
const rsa2048 =
  'AAAAB3NzaC1yc2EAAAADAQABAAABAQCaZBbec1JWVNMY/FcYkTB0L03MbkqNb3B+G8M+Ard+cCZh4ytpQntwDSwWPVuASIBlTiiA+h07/VCZjxUyIRCnBxfqyaC3QsYAkA5VNO9gQOijfpmXpVrBxDQ5t8e+StLm+ifox1sSa1hYFUpkreKMGdIUR/jJNUs04WAVM8G7niuwjkkQHrl8Mr8UIRqd9QzSZBSFRVq71MckfcagsJw5iGwR9LRT6hZPOiJKeDLXW4rWwE2FCgPSYUBQuDDujUVXtCH9joOZOMPcBHXpnNY1DGF6bb+3vu71q9+iUWSy9koOHcO84gYToktykMPhwVNefToJkPqKaOJNLqR7h4DJ';
const nistp256 =
  'AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDghTDWp+5QT+aZi8HLDMx4kGdd3I+vpmcxShHdmmXxC3M0FZw0Dw2Ptptc0UVKRSsqtojlvKeGcxnVQheRaclU=';
const nistp521 =
  'AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAE2jE+o/DF/hupnKS0ac6j0BGG017HtnISLkZ7vvvpAiA3xBxpzkZjkN+HRHhCEcRVyAWrrLEsWacs6y72z++g6vgBKO/is89lngdpBJVad3attuZZJwZkVppOn7bhlz01vQSTeMDROGLtac1VTFGxpVDQiv70cLwVW3EFta4dZ8wK62Q==';
const ed25519 = publicKey.split(' ')[1] ?? '';

/** A key made of length-prefixed fields. */
function blob(...fields: readonly (string | Uint8Array)[]): string {
  const parts = fields.map((field) => Buffer.from(field));
  const framed = parts.flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
  return Buffer.concat(framed).toString('base64');
}

describe('parseSshKey', () => {
  it.each([
    [publicKey, { type: 'ssh-ed25519' }],
    [`ssh-rsa ${rsa2048}`, { type: 'ssh-rsa', bits: 2048 }],
    [`ecdsa-sha2-nistp256 ${nistp256} a comment with words`, { type: 'ecdsa-sha2-nistp256' }],
    [`ecdsa-sha2-nistp521 ${nistp521}`, { type: 'ecdsa-sha2-nistp521' }],
    [`restrict,command="uptime" ssh-ed25519 ${ed25519} ada`, { type: 'ssh-ed25519' }],
    [`command="exec ssh-agent sync",no-pty ssh-ed25519 ${ed25519}`, { type: 'ssh-ed25519' }],
    [`command="say \\"ssh-rsa AAAA\\"",no-X11-forwarding ssh-ed25519 ${ed25519}`, { type: 'ssh-ed25519' }],
    [`cert-authority,principals="a,b" ssh-ed25519 ${ed25519}`, { type: 'ssh-ed25519' }],
    [`\t ssh-ed25519\t${ed25519} `, { type: 'ssh-ed25519' }],
    [
      `sk-ssh-ed25519@openssh.com ${blob('sk-ssh-ed25519@openssh.com', new Uint8Array(32), 'ssh:')}`,
      { type: 'sk-ssh-ed25519@openssh.com' },
    ],
  ])('accepts %s', (line, key) => {
    expect(parseSshKey(line)).toEqual(key);
  });

  it.each([
    ['', 'empty'],
    ['hello', 'unknown-type'],
    [ed25519, 'unknown-type'],
    ['ssh-ed25519', 'unknown-type'],
    [`ssh-ed25519 ${ed25519.slice(0, -1)}`, 'not-base64'],
    ['ssh-ed25519 AAAA!AAA', 'not-base64'],
    [`ssh-ed25519 ${ed25519.slice(0, -4)}`, 'wrong-length'],
    [`ssh-ed25519 ${blob('ssh-ed25519', new Uint8Array(31))}`, 'wrong-length'],
    [`ssh-ed25519 ${blob('ssh-ed25519', new Uint8Array(32), 'more')}`, 'wrong-length'],
    [`ssh-rsa ${ed25519}`, 'wrong-inner-type'],
    [`ssh-rsa ${rsa1024}`, 'weak-rsa'],
    [`ssh-rsa ${blob('ssh-rsa', 'e', new Uint8Array(300))}`, 'wrong-length'],
    [`command="uptime ssh-ed25519 ${ed25519}`, 'option-unclosed'],
    [`no-pty,,restrict ssh-ed25519 ${ed25519}`, 'option-unknown'],
    [`no-pty, restrict ssh-ed25519 ${ed25519}`, 'option-unknown'],
    [`restrict=yes ssh-ed25519 ${ed25519}`, 'option-unknown'],
    [`from="10.0.0.1"x ssh-ed25519 ${ed25519}`, 'option-without-value'],
    [`command="a",Command="b" ssh-ed25519 ${ed25519}`, 'option-twice'],
    [`ssh-rsa ${blob('ssh-rsa', 'e', new Uint8Array(2049).fill(255))}`, 'wrong-length'],
    ['ssh-dss AAAAB3NzaC1kc3MAAACBAM5c', 'dsa'],
    ['ssh-ed25519-cert-v01@openssh.com AAAA', 'certificate'],
    [`ssh-ed25519 ${ed25519} a\u001b[2Jb`, 'control-characters'],
    [`-----BEGIN OPENSSH PRIVATE ${KEY}-----`, 'private-key'],
  ])('refuses %j as %s', (line, problem) => {
    expect(parseSshKey(line)).toBe(problem);
  });

  it('counts the bits of an RSA key without the zero in front', () => {
    const modulus = new Uint8Array(257);
    modulus[1] = 0x80;
    expect(parseSshKey(`ssh-rsa ${blob('ssh-rsa', 'e', modulus)}`)).toEqual({ type: 'ssh-rsa', bits: 2048 });
    modulus[1] = 0x7f;
    expect(parseSshKey(`ssh-rsa ${blob('ssh-rsa', 'e', modulus)}`)).toBe('weak-rsa');
  });
});

describe('isPrivateKey', () => {
  it.each(['RSA ', 'EC ', 'OPENSSH ', 'ENCRYPTED ', ''])('knows a PEM block of %j', (kind) => {
    expect(isPrivateKey(`text\n-----BEGIN ${kind}PRIVATE ${KEY}-----\n`)).toBe(true);
  });

  it('knows PuTTY, and leaves public keys alone', () => {
    expect(isPrivateKey('PuTTY-User-Key-File-3: ssh-ed25519')).toBe(true);
    expect(isPrivateKey(publicKey)).toBe(false);
    expect(isPrivateKey('-----BEGIN PUBLIC KEY-----')).toBe(false);
  });
});
