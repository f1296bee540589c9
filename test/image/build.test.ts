import { execa } from 'execa';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLayout } from '../../builder/image/host/read-layout.ts';
import type { Manifest } from '../../builder/cluster/generated/manifest.ts';
import type { Plan, PlannedEntry } from '../../builder/node/describe/plan.ts';
import { runCli } from '../support/run-cli.ts';

/** Two x86 nodes built by the command line, as a user does it, and looked at with programs that did not write them. */
let directory: string;
let plan: Plan;
let manifest: Manifest;

const image = (node: number): string => join(directory, 'out/lab', `lab-${node}.img`);
const cluster = ['--profile', 'x86', '--count', '2', '--name', 'lab'];

async function build(...extra: readonly string[]): Promise<void> {
  const result = await runCli(directory, ['build', ...cluster, ...extra]);
  expect(result.exitCode, result.stderr).toBe(0);
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dlimage-build-'));
  await build();
  plan = JSON.parse((await runCli(directory, ['plan', '--json', ...cluster])).stdout) as Plan;
  manifest = JSON.parse(await readFile(join(directory, 'out/lab/manifest.json'), 'utf8')) as Manifest;
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function rootOffset(): Promise<number> {
  const { partitions } = await readLayout(image(1));
  return partitions.find(({ filesystem }) => filesystem.kind === 'ext4')?.offsetBytes ?? 0;
}

async function debugfs(node: number, ...commands: readonly string[]): Promise<string> {
  const target = `${image(node)}?offset=${await rootOffset()}`;
  const { stdout } = await execa('/usr/sbin/debugfs', [target], { input: commands.join('\n') });
  return stdout;
}

describe('every image', () => {
  it('has clean file systems on all partitions', async () => {
    for (const node of [1, 2]) {
      const { partitions } = await readLayout(image(node));
      for (const { offsetBytes, sizeBytes, filesystem } of partitions) {
        if (filesystem.kind === 'ext4')
          await execa('/usr/sbin/e2fsck', ['-fn', `${image(node)}?offset=${offsetBytes}`]);
        if (filesystem.kind !== 'fat32') continue;
        const fat = join(directory, 'boot.fat');
        await execa('dd', [
          ...[`if=${image(node)}`, `of=${fat}`, 'bs=1M', 'conv=sparse'],
          ...[`skip=${offsetBytes / 2 ** 20}`, `count=${sizeBytes / 2 ** 20}`],
        ]);
        await execa('/usr/sbin/fsck.vfat', ['-n', fat]);
      }
    }
  });

  it('is sparse, and only its owner may read it', async () => {
    const status = await stat(image(1));
    expect(status.mode & 0o777).toBe(0o600);
    expect(status.blocks * 512).toBeLessThan(status.size * 0.8);
  });

  it('holds every planned file with its mode, owner, time and content', async () => {
    const entries = plan.nodes[0]?.entries ?? [];
    expect(entries.length).toBeGreaterThan(30);
    const commands = entries
      .filter(({ partition }) => partition === 'root')
      .map(({ path }) => `stat "${path}"`);
    const answers = (await debugfs(1, ...commands)).split(/^debugfs: {2}(?=stat)/m).slice(1);
    expect(answers).toHaveLength(commands.length);
    for (const [index, entry] of entries.filter(({ partition }) => partition === 'root').entries()) {
      expect(describeStat(answers[index] ?? ''), entry.path).toEqual(describePlanned(entry));
    }
  });

  it('holds the planned contents', async () => {
    for (const entry of plan.nodes[1]?.entries ?? []) {
      if (entry.sha256 === null || entry.partition !== 'root') continue;
      const target = `${image(2)}?offset=${await rootOffset()}`;
      const { stdout } = await execa('/usr/sbin/debugfs', ['-R', `cat "${entry.path}"`, target], {
        encoding: 'buffer',
        stripFinalNewline: false,
        stderr: 'ignore',
      });
      expect(createHash('sha256').update(stdout).digest('hex'), entry.path).toBe(entry.sha256);
    }
  });
});

/** What `debugfs stat` prints, in the terms of a plan. */
function describeStat(answer: string): Record<string, unknown> {
  const find = (pattern: RegExp): string =>
    pattern.exec(answer)?.[1] ?? `no match for ${pattern} in ${answer}`;
  const kind = find(/Type: (\w+)/);
  return {
    kind: kind === 'regular' ? 'file' : kind,
    mode: find(/Mode: +(\d+)/),
    owner: `${find(/User: +(\d+)/)}:${find(/Group: +(\d+)/)}`,
    sizeBytes: kind === 'regular' ? Number(find(/Size: (\d+)/)) : null,
    mtimeSeconds: Number.parseInt(find(/mtime: 0x([0-9a-f]+)/), 16),
    target: kind === 'symlink' ? find(/Fast link dest: "(.*)"/) : null,
  };
}

function describePlanned(entry: PlannedEntry): Record<string, unknown> {
  const { kind, mode, uid, gid, sizeBytes, mtimeSeconds, target } = entry;
  return { kind, mode, owner: `${uid}:${gid}`, sizeBytes, mtimeSeconds, target };
}

describe('two nodes', () => {
  it('differ only in files that their plans say differ', async () => {
    const { stdout } = await execa('cmp', ['-l', image(1), image(2)], { reject: false, maxBuffer: 2 ** 28 });
    const offset = await rootOffset();
    const blocks = new Set(
      stdout.split('\n').map((line) => Math.floor((Number.parseInt(line, 10) - 1 - offset) / 4096)),
    );
    expect(blocks.size).toBeGreaterThan(5);
    const names = new Set<string>();
    for (const node of [1, 2]) {
      const inodes = (await debugfs(node, `icheck ${[...blocks].join(' ')}`)).matchAll(/^\d+\t(\d+)$/gm);
      const paths = await debugfs(
        node,
        `ncheck ${[...new Set([...inodes].map((match) => match[1]))].join(' ')}`,
      );
      for (const match of paths.matchAll(/^\d+\t(\/.*)$/gm)) names.add(match[1]?.replace(/^\/\//, '/') ?? '');
    }
    const [one, other] = plan.nodes.map(
      ({ entries }) => new Map(entries.map((entry) => [entry.path, entry])),
    );
    const differing = [...new Set([...(one?.keys() ?? []), ...(other?.keys() ?? [])])].filter((path) => {
      const [left, right] = [one?.get(path), other?.get(path)];
      return left?.secret === true || right?.secret === true || left?.sha256 !== right?.sha256;
    });
    const allowed = new Set(differing.flatMap(withDirectories));
    expect([...names].filter((name) => !allowed.has(name))).toEqual([]);
    expect(names).toContain('/etc/dlimage/node.env');
  });
});

/** A file that is on one node only also changes its directory, and a directory the one that it is in. */
function withDirectories(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, end) => parts.slice(0, end + 1).join('/'));
}

describe('the output directory', () => {
  it('has a manifest that its schema accepts and checksums that sha256sum accepts', async () => {
    const schema = new URL('../../profiles/schemas/manifest.schema.json', import.meta.url);
    const validate = new Ajv2020({ strict: false }).compile(
      JSON.parse(await readFile(schema, 'utf8')) as object,
    );
    expect(validate(manifest), JSON.stringify(validate.errors)).toBe(true);
    expect(manifest.bases[0]?.packages.map(({ name }) => name)).toContain('docker.io');
    const { stdout } = await execa('sha256sum', ['-c', 'SHA256SUMS'], { cwd: join(directory, 'out/lab') });
    expect(stdout).toBe('lab-1.img: OK\nlab-2.img: OK');
  });

  it('holds nothing else', async () => {
    const { stdout } = await execa('ls', ['-A', join(directory, 'out/lab')]);
    expect(stdout.split('\n')).toEqual([
      '.gitignore',
      'SHA256SUMS',
      'lab-1.img',
      'lab-2.img',
      'manifest.json',
    ]);
  });

  it('names no secret', async () => {
    const store = JSON.parse(await readFile(join(directory, '.dlimage/lab/nodes/lab-1.json'), 'utf8')) as {
      sshHostKey: { privateKey: string };
      tls: { keyPem: string };
    };
    const everything = JSON.stringify(manifest) + JSON.stringify(plan);
    for (const secret of [store.sshHostKey.privateKey, store.tls.keyPem]) {
      const line = secret.split('\n')[1] ?? '';
      expect(line.length).toBeGreaterThan(40);
      expect(everything).not.toContain(line);
    }
  });
});

describe('building again', () => {
  it('keeps images whose inputs are the same', async () => {
    const result = await runCli(directory, ['build', ...cluster]);
    expect(result.stdout.match(/unchanged/g)).toHaveLength(2);
  });

  it('makes the very same bytes from the same identities', async () => {
    await build('--out', 'again', '--node', 'lab-2');
    const again = JSON.parse(await readFile(join(directory, 'again/manifest.json'), 'utf8')) as Manifest;
    expect(again.nodes.map(({ name, imageSha256 }) => [name, imageSha256])).toEqual([
      ['lab-2', manifest.nodes[1]?.imageSha256],
    ]);
    await execa('cmp', [image(2), join(directory, 'again/lab-2.img')]);
  });

  it('refuses to overwrite an image that was booted or written to since', async () => {
    await utimes(image(1), new Date(), new Date());
    const result = await runCli(directory, ['build', ...cluster]);
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toContain('out/lab/lab-1.img was changed after dlimage built it');
    await rm(image(1));
    await build();
    expect((await stat(image(1))).size).toBe(manifest.nodes[0]?.imageSizeBytes);
  });

  it('refuses to overwrite a file that is not its own', async () => {
    const foreign = join(directory, 'foreign');
    await execa('mkdir', [foreign]);
    await writeFile(join(foreign, 'lab-1.img'), 'my data');
    const result = await runCli(directory, ['build', ...cluster, '--out', 'foreign']);
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toContain('exists and was not made by this dlimage');
    expect(await readFile(join(foreign, 'lab-1.img'), 'utf8')).toBe('my data');
  });
});

describe('an interrupted build', () => {
  it.each(['SIGINT', 'SIGKILL'] as const)(
    'leaves no image after %s, and the next build succeeds',
    async (signal) => {
      const out = join(directory, `interrupted-${signal}`);
      const main = new URL('../../dist/cli/main.js', import.meta.url).pathname;
      const child = execa('node', [main, 'build', ...cluster, '--node', 'lab-1', '--out', out], {
        cwd: directory,
        reject: false,
        env: {
          HOME: directory,
          XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? `${process.env['HOME']}/.cache`,
        },
      });
      await waitForWriting(out);
      child.kill(signal);
      const ended = await child;
      if (signal === 'SIGINT') {
        expect(ended.exitCode).toBe(130);
        expect(ended.stderr).toContain('interrupted by SIGINT: nothing half written was left behind');
        expect((await execa('find', [out, '-mindepth', '1', '-not', '-name', '.gitignore'])).stdout).toBe('');
      }
      const left = (await execa('find', [out, '-name', '*.img', '-path', '*/lab-1.img', '-maxdepth', '1']))
        .stdout;
      expect(left).toBe('');
      await build('--out', out, '--node', 'lab-1');
      const { stdout } = await execa('ls', ['-A', out]);
      expect(stdout.split('\n')).toEqual(['.gitignore', 'SHA256SUMS', 'lab-1.img', 'manifest.json']);
      await rm(out, { recursive: true });
    },
  );
});

/** Waits until the image is being written under its temporary name. */
async function waitForWriting(out: string): Promise<void> {
  for (;;) {
    const { stdout } = await execa('find', [out, '-mindepth', '2', '-name', 'lab-1.img'], { reject: false });
    if (stdout !== '') return;
    await sleep(20);
  }
}
