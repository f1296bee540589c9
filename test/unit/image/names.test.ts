import { describe, expect, it } from 'vitest';
import { nameProblem } from '../../../builder/image/entry-rules.ts';
import { parseImageAddress } from '../../../builder/image/image-address.ts';
import { ancestorsOf, childOf, nameOf, parentOf } from '../../../builder/image/image-path.ts';
import type { Entry } from '../../../builder/image/entry.ts';
import { UsageError } from '../../../builder/report/errors.ts';

const owner = { mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0 } as const;
const content = { from: 'bytes', bytes: new Uint8Array() } as const;
const file = (path: string, partition: Entry['partition'] = 'root'): Entry => ({
  kind: 'file',
  path,
  partition,
  content,
  ...owner,
});
const link = (target: string): Entry => ({
  kind: 'symlink',
  path: '/x',
  partition: 'root',
  target,
  ...owner,
});

describe('nameProblem', () => {
  it.each([
    [file('/etc/hostname')],
    [file(`/${'n'.repeat(255)}`)],
    [file("/etc/it's <1> $x \\ #; ü")],
    [file('/Long Name+[1],;=.txt', 'boot')],
    [link('t'.repeat(1023))],
    [{ kind: 'directory', path: '/', partition: 'root', ...owner } satisfies Entry],
  ])('has nothing against %j', (entry) => expect(nameProblem(entry)).toBeNull());

  it.each<[Entry, string]>([
    [file('etc/hostname'), 'is not an absolute path'],
    [file('/etc/../x'), 'is not an absolute path'],
    [file('/'), 'is the top directory'],
    [file('/a\tb'), 'contains a line break or another control character'],
    [file('/a"b'), 'contains a double quote, which debugfs cannot express'],
    [file(`/a/${'ü'.repeat(128)}/b`), 'has a name longer than 255 bytes'],
    [file('/a?', 'boot'), 'contains ?, which FAT does not allow in a name'],
    [file('/a/b.', 'boot'), 'has a name that ends in a dot or a space, which FAT drops'],
    [file(`/${'n'.repeat(256)}`, 'boot'), 'has a name longer than 255 characters'],
    [{ ...link('y'), partition: 'boot' }, 'is a link, and FAT has none'],
    [link(''), 'is a link to nothing'],
    [
      link('a"b'),
      'is a link whose target contains a double quote or a control character, which debugfs cannot express',
    ],
    [link('t'.repeat(1024)), 'is a link whose target is longer than 1023 bytes'],
  ])('objects to %j', (entry, problem) => expect(nameProblem(entry)).toBe(problem));
});

describe('parseImageAddress', () => {
  it.each([
    ['/etc/hostname', { partition: 'root', path: '/etc/hostname' }],
    ['boot:/config.txt', { partition: 'boot', path: '/config.txt' }],
    ['root:/', { partition: 'root', path: '/' }],
    ['6:/a:b', { partition: 6, path: '/a:b' }],
  ])('reads %s', (text, address) => expect(parseImageAddress(text)).toEqual(address));

  it.each(['etc', '', 'boot:x', 'other:/x', '-1:/x', '/a"b', '/a\nb'])('refuses %j', (text) => {
    expect(() => parseImageAddress(text)).toThrow(UsageError);
  });
});

it('takes paths apart', () => {
  expect([parentOf('/etc/hostname'), parentOf('/etc'), nameOf('/etc/hostname')]).toEqual([
    '/etc',
    '/',
    'hostname',
  ]);
  expect([childOf('/', 'etc'), childOf('/etc', 'x')]).toEqual(['/etc', '/etc/x']);
  expect([ancestorsOf('/a/b/c'), ancestorsOf('/a'), ancestorsOf('/')]).toEqual([['/a', '/a/b'], [], []]);
});
