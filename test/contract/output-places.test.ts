import { mkdtempSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OutputDirectory } from '../../builder/make/host/output/output-directory.ts';
import { ensureIdentities } from '../../builder/cluster/identity/host/identity-store.ts';
import { explainSystemError } from '../../builder/system/host/system-error.ts';
import { verifyOutput } from '../../builder/check/verify/host/verify-output.ts';
import { silentProgress } from '../../builder/system/host/progress.ts';
import { HostError } from '../../builder/report/errors.ts';
import { defaultMtimeSeconds } from '../../builder/node/render/make-entry.ts';
import { runCli } from '../support/run-cli.ts';

const directory = mkdtempSync(join(tmpdir(), 'dlimage-places-'));
const at = (name: string) => join(directory, name);

beforeAll(async () => {
  await writeFile(at('file'), '');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What no directory can be made of, on any machine. */
const impossible = (): Readonly<Record<string, string>> => ({
  'a place in /proc': '/proc/o/p',
  'a place below a device': '/dev/null/x',
  'a file': at('file'),
  'a place below a file': at('file/x'),
  'a name of 300 bytes': at('x'.repeat(300)),
});

/** The failure of a build to keep its identities in a store, as the command line tells it. */
async function makeStore(store: string): Promise<unknown> {
  return await ensureIdentities(store, { name: 'x86', nodes: [] }, silentProgress).then(
    () => 'no failure',
    explainSystemError,
  );
}

describe('a place that cannot be used', () => {
  const render = ['render', '--profile', 'x86', '--quiet'];
  const commands: Readonly<Record<string, (place: string) => readonly string[]>> = {
    '--out': (place) => [...render, '--out', place],
    '--cache': (place) => ['verify', at('file'), '--cache', place],
  };

  it.each(Object.keys(commands).flatMap((flag) => Object.keys(impossible()).map((kind) => [flag, kind])))(
    'for %s, %s, ends in exit code 3 at once, and is named',
    async (flag, kind) => {
      const place = impossible()[kind] ?? '';
      const result = await runCli(directory, commands[flag]?.(place) ?? []);
      expect(result.exitCode, result.stderr).toBe(3);
      expect(result.stderr).toMatch(/\[(path-unusable|directory-impossible|access-denied)\]/);
      expect(result.stderr).toContain(place.split('/').slice(0, 3).join('/'));
    },
  );

  it.each([
    ['nodes', 'file'],
    ['cluster.json', 'directory'],
    ['.lock', 'directory'],
  ] as const)('is %s as a %s in the store', async (name, kind) => {
    const state = at(`state-${name}`);
    const store = join(state, 'x86');
    await mkdir(store, { recursive: true, mode: 0o700 });
    await (kind === 'file' ? writeFile(join(store, name), '') : mkdir(join(store, name)));
    const failure = await makeStore(store);
    expect(failure).toBeInstanceOf(HostError);
    expect((failure as HostError).message).toContain(join(store, name));
  });

  it.each(Object.keys(impossible()))('is refused as a store: %s', async (kind) => {
    const place = impossible()[kind] ?? '';
    expect(await makeStore(place)).toMatchObject({
      id: expect.stringMatching(/^(path-unusable|directory-impossible|access-denied)$/) as string,
      message: expect.stringContaining(place.split('/').slice(0, 3).join('/')) as string,
    });
  });
});

describe('an output directory with a damaged journal', () => {
  const digest = 'a'.repeat(64);
  const record = (name: string) => ({
    header: { dlimage: '0', cluster: { id: 'i', name: 'c', subnet: 's', vip: null } },
    base: { key: 'k', name: 'b', sha256: digest, sizeBytes: 1, packages: [] },
    node: {
      name,
      role: 'manager',
      base: 'k',
      files: [{ name: `${name}.img`, format: 'img', sizeBytes: 1, sha256: digest }],
    },
  });
  const open = async (journal: string): Promise<OutputDirectory> => {
    const path = await mkdtemp(at('journal-'));
    await writeFile(join(path, '.journal'), journal);
    return await OutputDirectory.open(path);
  };
  const line = (value: unknown) => `${JSON.stringify(value)}\n`;

  it.each([
    ['garbage', 'garbage\n', 1],
    ['an empty object', '{}\n', 1],
    ['zeros of a power cut', `${line(record('a'))}${'\0'.repeat(512)}`, 1],
    ['zeros, and what was written afterwards', `${'\0'.repeat(512)}\n${line(record('a'))}`, 1],
    ['a record that is cut off', `${line(record('a'))}{"header":{"dlim`, 0],
    ['a name that leads out', line(record('../../a')), 1],
    [
      'a file that leads out',
      line({
        ...record('a'),
        node: { ...record('a').node, files: [{ ...record('a').node.files[0], name: '../a' }] },
      }),
      1,
    ],
    ['null', 'null\n[]\n1\n', 3],
  ])('is read as far as it goes: %s', async (_what, journal, unreadable) => {
    const output = await open(journal);
    expect(output.unreadableRecords).toBe(unreadable);
    expect(output.nodes.map(({ name }) => name)).toEqual(
      journal.includes('"name":"a"') && !journal.includes('../a') ? ['a'] : [],
    );
  });

  it('is told by verify, and written anew by the next build, which knows its own files by their time', async () => {
    const output = await open('garbage\n');
    const request = { isQuick: true, cacheDirectory: at('cache'), progress: silentProgress };
    expect(await verifyOutput({ ...request, path: output.path })).toMatchObject([
      { name: '.journal', problems: [expect.stringContaining('1 record of the last build cannot be read')] },
    ]);
    await writeFile(join(output.path, 'a.img'), 'x');
    await writeFile(join(output.path, 'b.img'), 'x');
    await utimes(join(output.path, 'a.img'), defaultMtimeSeconds, defaultMtimeSeconds);
    await output.requireReplaceable({ name: 'a', role: 'manager' }, ['img']);
    const foreign = output.requireReplaceable({ name: 'b', role: 'manager' }, ['img']);
    await expect(foreign).rejects.toMatchObject({ id: 'output-exists' });
    const { header, base, node } = record('a') as unknown as Parameters<OutputDirectory['add']>[0];
    await writeFile(join(output.path, 'new'), 'y');
    await output.add({ header, base, node }, [{ name: 'a.img', temporaryPath: join(output.path, 'new') }]);
    await output.writeManifest(['a'], { isLast: true });
    expect((await OutputDirectory.read(output.path)).unreadableRecords).toBe(0);
    expect(await readFile(join(output.path, 'a.img'), 'utf8')).toBe('y');
  });

  it.each([
    ['no object', []],
    [
      'a file that leads out',
      {
        version: 1,
        ...record('a').header,
        bases: [],
        nodes: [{ ...record('a').node, files: [{ ...record('a').node.files[0], name: '/etc/passwd' }] }],
      },
    ],
    ['a node that is none', { version: 1, ...record('a').header, bases: [], nodes: [null] }],
    ['no bases', { version: 1, ...record('a').header, nodes: [] }],
  ])('has no manifest that is %s', async (_what, manifest) => {
    const path = await mkdtemp(at('manifest-'));
    await writeFile(join(path, 'manifest.json'), JSON.stringify(manifest));
    const error = await OutputDirectory.read(path).catch((reason: unknown) => reason);
    expect(error instanceof HostError && error.id).toBe('manifest-damaged');
  });
});
