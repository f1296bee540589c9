import { execa } from 'execa';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.ts';

// Whatever lies where a file should be: it is named at once, nothing waits for it, and nothing is read without end.
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dlimage-odd-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const pipe = async (path: string): Promise<void> => void (await execa('mkfifo', [join(directory, path)]));

/** Runs `plan`, which must say something before anybody would give up waiting. */
async function plan(...args: string[]) {
  const began = Date.now();
  const { exitCode, stderr } = await runCli(directory, ['plan', ...args]);
  expect(Date.now() - began).toBeLessThan(20_000);
  return { exitCode, said: stderr.split('\n')[0] };
}

describe('the definition', () => {
  it.each([
    ['a named pipe', async () => await pipe('c.yaml'), 'is a named pipe'],
    ['a link to a device', async () => await symlink('/dev/zero', join(directory, 'c.yaml')), 'is a device'],
    [
      'a loop of links',
      async () => await symlink('c.yaml', join(directory, 'c.yaml')),
      'links lead in a circle',
    ],
    ['a file without end', async () => await symlink('/proc/self/mem', join(directory, 'c.yaml')), 'c.yaml'],
    [
      'larger than what is read',
      async () => await writeFile(join(directory, 'c.yaml'), `name: ${'a'.repeat(10_000_000)}\n`),
      'is larger than 1.0 MiB',
    ],
  ])('is %s', async (_, make, words) => {
    await make();
    const { exitCode, said } = await plan('c.yaml');
    expect(said).toContain(words);
    expect(said).toContain('[definition-unreadable]');
    expect(exitCode).toBe(3);
  });

  it.each([
    ['below a file', 'c.yaml/x', 'a part of its path is a file'],
    ['under a name that no file can have', 'a'.repeat(300), 'its name is too long'],
  ])('lies %s', async (_, name, words) => {
    await writeFile(join(directory, 'c.yaml'), 'profile: x86\n');
    const { exitCode, said } = await plan(name);
    expect(said).toContain(words);
    expect(exitCode).toBe(3);
  });
});

describe('what the definition names', () => {
  it.each([
    ['a key file', 'ssh: {authorized_keys: [./odd]}', 'key-file-unreadable'],
    ['a compose file', 'stacks: {web: ./odd}', 'source-not-a-file'],
    ['an archive', 'images: [./odd]', 'source-not-a-file'],
    ['a profile', 'profile: ./odd', 'path-not-a-file'],
    ['a base', 'base: ./odd', 'path-not-a-file'],
    [
      'a token',
      'swarm: {join_existing: {addresses: ["10.0.0.1:2377"], token_file: ./odd}}',
      'source-not-a-file',
    ],
    ['an extra file', 'files: [{source: ./odd, path: /opt/odd}]', 'source-not-a-file'],
  ])('is a pipe: %s', async (_, text, id) => {
    await pipe('odd');
    await writeFile(join(directory, 'cluster.yaml'), `${text}\n`);
    const { exitCode, said } = await plan();
    expect(said).toContain(`[${id}]`);
    expect(exitCode).toBe(1);
  });
});

it('keys of one’s own that are no files are left out, and said', async () => {
  await mkdir(join(directory, '.ssh/folder.pub'), { recursive: true });
  await symlink('nowhere', join(directory, '.ssh/gone.pub'));
  await pipe('.ssh/pipe.pub');
  const { exitCode, stderr } = await runCli(directory, ['plan', '--profile', 'x86'], { HOME: directory });
  expect(exitCode, stderr).toBe(0);
  expect(stderr.match(/your key \S+ is a [a-z ]+/g)).toEqual([
    'your key ~/.ssh/folder.pub is a folder',
    'your key ~/.ssh/gone.pub is a link that leads to nothing',
    'your key ~/.ssh/pipe.pub is a named pipe',
  ]);
});

describe('a folder of files', () => {
  /** The entries that `plan` has below a path, as `kind path mode -> target`. */
  async function planned(below: string): Promise<string[]> {
    const { stdout, stderr } = await runCli(directory, [
      'plan',
      '--json',
      '--profile',
      'x86',
      '--count',
      '1',
    ]);
    expect(stderr).not.toContain('internal error');
    interface Planned {
      readonly nodes: readonly {
        readonly entries: readonly { path: string; kind: string; mode: string; target: string | null }[];
      }[];
    }
    const entries = (JSON.parse(stdout) as Planned).nodes[0]?.entries ?? [];
    return entries
      .filter(({ path }) => path.startsWith(`${below}/`))
      .map(({ path, kind, mode, target }) => `${kind} ${path} ${mode}${target === null ? '' : ` ${target}`}`);
  }
  const useTree = async (): Promise<void> =>
    await writeFile(join(directory, 'cluster.yaml'), 'files: [{source: ./tree, path: /opt/tree}]\n');

  it('keeps its links as they are, and nothing outside of it is read', async () => {
    await mkdir(join(directory, 'tree/releases/1'), { recursive: true });
    await writeFile(join(directory, 'tree/releases/1/run'), '#!/bin/sh\n', { mode: 0o755 });
    await writeFile(join(directory, 'tree/key'), 'secret\n', { mode: 0o600 });
    const links = { current: 'releases/1', root: '/', gone: 'nowhere', loop: 'loop', above: '../..' };
    for (const [name, target] of Object.entries(links)) await symlink(target, join(directory, 'tree', name));
    await useTree();
    expect(await planned('/opt/tree')).toEqual([
      'symlink /opt/tree/above 0777 ../..',
      'symlink /opt/tree/current 0777 releases/1',
      'symlink /opt/tree/gone 0777 nowhere',
      'file /opt/tree/key 0600',
      'symlink /opt/tree/loop 0777 loop',
      'file /opt/tree/releases/1/run 0755',
      'symlink /opt/tree/root 0777 /',
    ]);
  });

  it('holds nothing but files, folders and links', async () => {
    await mkdir(join(directory, 'tree'));
    await pipe('tree/pipe');
    await execa('sh', ['-c', String.raw`touch "tree/$(printf 'caf\351')" tree/'a"b'`], { cwd: directory });
    await useTree();
    const { exitCode, stderr } = await runCli(directory, ['plan']);
    expect(exitCode).toBe(1);
    expect(stderr.match(/is a named pipe|not UTF-8|double quote/g)?.toSorted()).toEqual([
      'double quote',
      'is a named pipe',
      'not UTF-8',
    ]);
  });

  it('may hold thousands of files where few may be open at once', async () => {
    await mkdir(join(directory, 'tree'));
    await execa('sh', ['-c', 'cd tree && seq 5000 | xargs touch'], { cwd: directory });
    await useTree();
    const main = new URL('../../dist/cli/main.js', import.meta.url).pathname;
    const planWith = async (openFiles: number) => {
      const command = `ulimit -n ${openFiles} && exec node "${main}" plan --json --profile x86 --count 1`;
      return await execa('sh', ['-c', command], { cwd: directory, reject: false });
    };
    // As macOS has it. Node itself opens more than a hundred of our modules at once.
    const { stdout, exitCode } = await planWith(256);
    expect(exitCode).toBe(0);
    expect(stdout.match(/"\/opt\/tree\/\d+"/g)?.length).toBe(5000);
    const refused = await planWith(40);
    expect(refused.exitCode).toBe(3);
    expect(refused.stdout).toContain('"id":"open-files-limit"');
  });
});
