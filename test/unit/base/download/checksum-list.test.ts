import { describe, expect, it } from 'vitest';
import { chooseFile, parseChecksumList } from '../../../../builder/base/download/checksum-list.ts';

const one = 'a'.repeat(64);
const other = 'b'.repeat(64);
const long = 'c'.repeat(128);

describe('parseChecksumList', () => {
  it('reads what the programs write', () => {
    const text = `${one} *one.img\n${other}  dir/other.img.xz\r\n${long}  long.qcow2\nSHA256 (tagged.img) = ${one}\n`;
    expect(parseChecksumList(text)).toEqual([
      { name: 'one.img', digest: { algorithm: 'sha256', hex: one } },
      { name: 'other.img.xz', digest: { algorithm: 'sha256', hex: other } },
      { name: 'long.qcow2', digest: { algorithm: 'sha512', hex: long } },
      { name: 'tagged.img', digest: { algorithm: 'sha256', hex: one } },
    ]);
  });

  it('skips everything else', () => {
    expect(parseChecksumList(`<html>\n${one}\n${one.slice(1)}  short.img\n\n`)).toEqual([]);
  });
});

describe('chooseFile', () => {
  const list = (...names: string[]) => parseChecksumList(names.map((name) => `${one}  ${name}`).join('\n'));
  const pattern = 'ubuntu-24.04*-preinstalled-server-arm64+raspi.img.xz';
  const name = (version: string) => `ubuntu-24.04${version}-preinstalled-server-arm64+raspi.img.xz`;

  it('takes the highest version', () => {
    expect(chooseFile(list(name('.9'), name('.10'), name('')), pattern)?.name).toBe(name('.10'));
  });

  it('takes no other file', () => {
    const others = list(
      'ubuntu-24x04.1-preinstalled-server-arm64+raspi.img.xz',
      `${name('')}.zsync`,
      `x${name('')}`,
    );
    expect(chooseFile(others, pattern)).toBeUndefined();
  });
});
