import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { parse } from 'yaml';
import type { StackCase } from './stack-cases/stack-case.ts';
import { unpackBase } from './base-tree.ts';

/** A docker command of some base, without an engine. */
export interface DockerCommand {
  /** `26.1`. */
  readonly version: string;
  readonly binary: string;
}

/** What a docker command says to compose files. */
export interface Judgement {
  readonly accepts: boolean;
  readonly output: string;
}

/**
 * The docker command of the default base, and that of this machine's own Debian where it is another: Debian 12 has one
 * that is four years older. DLIMAGE_TEST_DOCKER names more of them, separated by colons.
 */
export async function findDockerCommands(directory: string): Promise<DockerCommand[]> {
  const named = process.env['DLIMAGE_TEST_DOCKER']?.split(':');
  const binaries = named ?? [await fromBase(directory), ...(await fromPackage(directory))];
  const commands = new Map<string, DockerCommand>();
  for (const binary of binaries) {
    const { stdout } = await execa(binary, ['--version']);
    const version = /version (\d+\.\d+)/.exec(stdout)?.[1] ?? '';
    commands.set(version, { version, binary });
  }
  return [...commands.values()];
}

async function fromBase(directory: string): Promise<string> {
  const base = await unpackBase();
  const binary = join(directory, 'docker-of-base');
  await execa('cp', [join(base.directory, 'usr/bin/docker'), binary]);
  return binary;
}

async function fromPackage(directory: string): Promise<string[]> {
  const folder = join(directory, 'package');
  await mkdir(folder);
  const download = await execa('apt-get', ['download', 'docker.io'], { cwd: folder, reject: false });
  if (download.exitCode !== 0) {
    if (process.env['CI'] !== undefined) throw new Error(download.stderr);
    return [];
  }
  const [archive = ''] = await readdir(folder);
  await execa('dpkg', ['-x', join(folder, archive), folder]);
  const binary = join(folder, 'usr/bin/docker');
  // Since Debian 13 it is in a package of its own, which is the default base's.
  return (await readdir(join(folder, 'usr/bin'))).includes('docker') ? [binary] : [];
}

/** Asks a docker command about compose files. It reads them before it looks for an engine, and none is there. */
export async function judgeStack(
  command: DockerCommand,
  files: StackCase['files'],
  composeFiles: readonly string[],
): Promise<Judgement> {
  const output = await askDocker(command, files, composeFiles, ['stack', 'deploy'], ['web']);
  return {
    accepts: /Cannot connect to the Docker daemon|failed to connect to the docker API/.test(output),
    output,
  };
}

/** A stack as docker understands it. */
export interface UnderstoodStack {
  readonly services: Readonly<Record<string, { readonly environment?: Readonly<Record<string, string>> }>>;
  readonly networks?: Readonly<Record<string, UnderstoodNetwork | null>>;
}

interface UnderstoodNetwork {
  readonly external?: unknown;
  readonly driver_opts?: Readonly<Record<string, string>>;
}

/** A stack as a docker command understands its compose files. Docker can tell since version 23. */
export async function understoodByDocker(
  command: DockerCommand,
  files: StackCase['files'],
  composeFiles: readonly string[],
): Promise<UnderstoodStack> {
  return parse(await askDocker(command, files, composeFiles, ['stack', 'config'], [])) as UnderstoodStack;
}

async function askDocker(
  { binary }: DockerCommand,
  files: StackCase['files'],
  composeFiles: readonly string[],
  verb: readonly string[],
  rest: readonly string[],
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'dlimage-stack-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(directory, name, '..'), { recursive: true });
      await writeFile(join(directory, name), text);
    }
    const options = composeFiles.flatMap((file) => ['--compose-file', file]);
    const { all } = await execa(binary, [...verb, ...options, ...rest], {
      cwd: directory,
      reject: false,
      all: true,
      extendEnv: false,
      env: { DOCKER_HOST: `unix://${directory}/none`, HOME: directory },
    });
    return all;
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The schemas of compose files inside a docker command, by their minor version: as text, or packed in the older ones. */
export async function embeddedSchemas({ binary }: DockerCommand): Promise<Map<number, object>> {
  const text = (await readFile(binary)).toString('latin1');
  // One may follow another without anything between them.
  const packed = text.split(/(?=H4sI)/).flatMap((piece) => {
    const [base64 = ''] = /^H4sI[A-Za-z0-9+/=\n]{400,}/.exec(piece) ?? [];
    try {
      return [gunzipSync(Buffer.from(base64, 'base64')).toString('utf8')];
    } catch {
      return [];
    }
  });
  const plain = [...text.matchAll(/\{\s*"\$schema"/g)].flatMap(({ index }) => objectAt(text, index));
  const found = [...packed, ...plain].flatMap((json) => {
    const minor = /"id":\s*"config_schema_v3\.(\d+)\.json"/.exec(json)?.[1];
    return minor === undefined ? [] : [[Number(minor), JSON.parse(json) as object] as const];
  });
  return new Map(found);
}

/** The JSON object that begins at a place of a text. No text in these schemas has a brace in it. */
function objectAt(text: string, start: number): string[] {
  let depth = 0;
  for (let end = start; end < Math.min(text.length, start + 100_000); end += 1) {
    if (text[end] === '{') depth += 1;
    if (text[end] === '}') depth -= 1;
    if (depth === 0) return [text.slice(start, end + 1)];
  }
  return [];
}
