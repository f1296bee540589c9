import type { Command } from 'commander';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../builder/cli/program.ts';
import { runCli, type CliResult } from '../support/run-cli.ts';
import { missingPrograms } from './support/programs.ts';
import { buildTestImage, makeScratch, testImages } from './support/test-image.ts';

type Json = Record<string, unknown>;

const missing = missingPrograms(['sfdisk', 'mkfs.vfat', 'mke2fs', 'debugfs', 'mcopy']);

/** What is typed, and what the last object says beside `event`. In this order: later ones look at what build made. */
const commands: readonly (readonly [command: string, args: string, exitCode: number, result: Json])[] = [
  ['init', 'init mine.yaml --yes', 0, { file: expect.stringMatching(/\/mine\.yaml$/) }],
  ['plan', 'plan', 0, { nodes: expect.any(Array), errors: 0, warnings: 1 }],
  ['render', 'render --out rendered', 0, { nodes: [{ node: 'lab-1', directory: expect.any(String) }] }],
  [
    'build',
    'build --format img --format dlpatch',
    0,
    { nodes: [expect.any(Object)], errors: 0, warnings: 1 },
  ],
  ['verify', 'verify', 0, { files: [expect.any(Object), expect.any(Object)], wrong: 0 }],
  ['diff', 'diff base.img out/lab/lab-1.img', 0, { partitions: expect.any(Array) }],
  ['apply', 'apply out/lab/lab-1.dlpatch --base base.img --out again.img', 0, { sha256: expect.any(String) }],
  ['inspect', 'inspect base.img', 0, { layout: expect.any(Object) }],
  ['inspect', 'inspect base.img /etc/hostname', 0, { files: [expect.objectContaining({ kind: 'file' })] }],
  ['status', 'status', 3, { assembledNodes: 0, errors: 0 }],
  ['base list', 'base list', 0, { available: expect.any(Array), cached: [] }],
  ['base build', 'base build --offline', 3, { id: 'download-offline' }],
  ['base rm', 'base rm abc', 2, { message: 'no base in the cache has a key that begins with abc' }],
  ['packer', 'packer --node lab-9', 1, { errors: 1 }],
  ['doctor', 'doctor', 0, { programs: expect.any(Array), missing: expect.any(Array) }],
  ['doctor', 'doctor --missing', 0, { missing: expect.any(Array) }],
  ['completion', 'completion bash', 0, { shell: 'bash', script: expect.stringContaining('_dlimage()') }],
];

const takesCache = /^(?:render|build|verify|diff|apply|packer|base) /;

describe.skipIf(missing.length > 0)('every command with --json', () => {
  const scratch = makeScratch();
  const cli = (args: string): Promise<CliResult> =>
    runCli(scratch.path, [
      ...args.split(' '),
      ...(takesCache.test(`${args} `) ? ['--cache', join(scratch.path, 'cache')] : []),
      '--json',
    ]);

  beforeAll(() => {
    buildTestImage(testImages['MBR, FAT32, ext4 of today']!, join(scratch.path, 'base.img'), scratch.path);
    const definition = ['name: lab', 'profile: x86', 'base: ./base.img', 'count: 1', 'storage: {type: none}'];
    // A subnet that this machine is not in: a warning.
    const network = ['network: {subnet: 10.213.7.0/24}', 'vip: false'];
    writeFileSync(join(scratch.path, 'cluster.yaml'), [...definition, ...network, ''].join('\n'));
  });
  afterAll(() => scratch.cleanUp());

  it('is tried here', () => {
    expect(new Set(commands.map(([command]) => command))).toEqual(new Set(namesOf(createProgram())));
  });

  it.each(commands)('%s: "%s" ends in one result object', async (_command, args, exitCode, result) => {
    const { stdout, stderr, exitCode: code } = await cli(args);
    const objects = objectsIn(stdout);
    const last = objects.at(-1);
    const event = exitCode === 0 || 'assembledNodes' in result ? 'done' : 'failed';
    expect(last, stderr).toMatchObject({ event, exitCode, ...result });
    expect(code).toBe(exitCode);
    expect(stderr).toBe('');
    expect(
      objects.filter((object) => object['event'] === 'done' || object['event'] === 'failed'),
    ).toHaveLength(1);
    expect(objects.every((object) => typeof object['event'] === 'string')).toBe(true);
  });

  it.each([
    ['', 'there is no command'],
    ['base', 'there is no command'],
    ['biuld', "unknown command 'biuld'"],
    ['base lst', "unknown command 'lst'"],
    ['build --prfile pi3', "unknown option '--prfile'"],
    ['build --format floppy', 'there is no format floppy'],
    ['build --profile', "option '--profile <name>' argument missing"],
    ['inspect', "missing required argument 'image'"],
    ['doctor now', expect.stringContaining('too many arguments')],
    ['packer --builder toaster', expect.stringContaining("argument 'toaster' is invalid")],
    ['plan nowhere.yaml', 'there is no definition nowhere.yaml'],
  ])('says as an object that "%s" is no command line', async (args, message) => {
    const words = args === '' ? [] : args.split(' ');
    // At the front, since the last word may lack its value.
    const { stdout, stderr, exitCode } = await runCli(scratch.path, ['--json', ...words]);
    const hint: unknown = expect.any(String);
    expect(objectsIn(stdout)).toEqual([{ event: 'failed', exitCode: 2, message, hint }]);
    expect(stderr).toBe('');
    expect(exitCode).toBe(2);
  });

  it('gives findings in the order of the report, with their numbers', async () => {
    const wrong = join(scratch.path, 'wrong.yaml');
    writeFileSync(wrong, 'vip: 10.0.0.1\ncuont: 4\nnetwork: {subnet: 10.213.7.0/24}\n');
    const { stdout } = await cli('plan wrong.yaml');
    const { stderr } = await runCli(scratch.path, ['plan', 'wrong.yaml']);
    const shown = [...stderr.matchAll(/\[([a-z-]+)\]$/gm)].map(([, id]) => id);
    const [failed] = objectsIn(stdout) as { diagnostics: { id: string }[] }[];
    expect(failed).toMatchObject({ event: 'failed', exitCode: 1, errors: 2, warnings: 1 });
    expect(failed?.diagnostics.map(({ id }) => id)).toEqual(shown);
  });
});

/** `build`, `base list`, ...: whatever has an action. */
function namesOf(command: Command, path = ''): string[] {
  if (command.commands.length === 0) return [path];
  return command.commands.flatMap((child) => namesOf(child, `${path} ${child.name()}`.trim()));
}

function objectsIn(stdout: string): Json[] {
  return stdout.split('\n').map((line) => JSON.parse(line) as Json);
}
