import type { Command } from 'commander';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../builder/cli/program.ts';
import { runCli } from '../support/run-cli.ts';

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs').map((name) => `docs/${name}`),
].filter((file) => file.endsWith('.md'));

const topFolders = ['builder', 'cloud-init', 'overlays', 'packer', 'profiles', 'test'];

/** Every file and folder in them. */
const repository = topFolders.flatMap((folder) =>
  readdirSync(folder, { recursive: true }).map((path) => `${folder}/${String(path)}`),
);

/** The pages of top folders and of the rooms in them. */
const folderPages = topFolders.flatMap((folder) =>
  [folder, ...readdirSync(folder).map((name) => `${folder}/${name}`)]
    .map((directory) => `${directory}/README.md`)
    .filter((file) => existsSync(file)),
);

const boards = 'needs boards that are switched on';
const later = 'needs a build before it: test/image/last-build.test.ts does it with a small base';
const setup = 'takes minutes: test/contract/fresh-machine.test.ts builds like this';
const boxes = 'test/image/boxes.test.ts builds boxes';
const formats = 'needs images that another command wrote; test/image/fleet.test.ts does the same with them';
const download = "downloads a publisher's image";

/**
 * Every command of the code blocks: the exit code with which it ends in an empty directory, after those before it in its
 * block; or why it cannot be run here. All of them have to be command lines that dlimage understands.
 */
const outcomes: Readonly<Record<string, number | string>> = {
  'dlimage build --profile pi3 --count 4': setup,
  'dlimage build --node pi3-2': later,
  'dlimage build --count 5 --node pi3-5': later,
  'dlimage build --count 3 --remove-node pi3-4 --node pi3-3': later,
  'dlimage build --revoke pi3-2 --node pi3-2': later,
  'dlimage init': 0,
  'dlimage plan': 0,
  'dlimage build': setup,
  'dlimage status': 3,
  'dlimage status --wait': boards,
  'dlimage base list': 0,
  'dlimage base build --profile pi3': setup,
  'dlimage base rm 0c81651be4d4': 2,
  'dlimage build --profile pi5 --base ubuntu-24.04 --base-image https://mirror.example/ubuntu.img.xz --sha256 9f2c…': 1,
  'dlimage apply pi3-1.dlpatch --base base.img --out pi3-1.img': formats,
  'dlimage verify': formats,
  'dlimage verify out/pi3': formats,
  'dlimage diff out/pi3/pi3-1.img out/pi3/pi3-2.img.xz': formats,
  'dlimage diff debian-13 out/x86/x86-1.img': formats,
  'dlimage packer --profile x86 --count 3 --subnet 192.168.56.0/24': 'boots a machine: test/boot/vagrant',
  'dlimage packer --profile x86 --count 3 --subnet 192.168.56.0/24 --base ubuntu-24.04-cloud --builder uefi':
    download,
  'dlimage build --profile x86 --count 3 --subnet 192.168.56.0/24 --format box': boxes,
  'dlimage build --profile x86 --count 3 --format vmdk': boxes,
  'dlimage build --profile x86 --count 3 --format qcow2 --format seed-iso': boxes,
};

/** Words in backquotes that begin like a command and are no whole one. */
const noCommands = new Set(['dlimage base rm', 'dlimage base list, build, rm', 'dlimage.watchdog=off']);

describe('the documents', () => {
  const blocks = documents.flatMap(blocksIn);
  const written = [...new Set(blocks.flatMap(({ commands }) => commands))];

  it('have commands in their blocks which all are listed here, and no others', () => {
    expect(written.toSorted()).toEqual(Object.keys(outcomes).toSorted());
  });

  const helped = [...helpOf(createProgram()).matchAll(/^ {2}(dlimage .*?)(?: {2,}.*)?$/gm)].flatMap(
    ([, command = '']) => command,
  );
  it.each([...new Set([...written, ...helped, ...documents.flatMap(spansIn)])])(
    'write a command line that exists: %s',
    async (command) => {
      await expect(parse(command)).resolves.toBeUndefined();
    },
  );

  const tried = blocks.filter(({ commands }) =>
    commands.some((command) => typeof outcomes[command] === 'number'),
  );
  const seen = new Set<string>();
  const fresh = tried.filter(({ commands }) => {
    const text = commands.join('\n');
    return !seen.has(text) && seen.add(text) !== undefined;
  });
  it.each(fresh)('are right about what they say: $file:$line', async ({ commands }) => {
    const directory = mkdtempSync(join(tmpdir(), 'dlimage-documents-'));
    try {
      for (const command of commands) {
        const expected = outcomes[command];
        if (typeof expected !== 'number') continue;
        const { exitCode, stderr } = await runCli(directory, wordsOf(command));
        expect({ command, exitCode, stderr: exitCode === expected ? '' : stderr }).toEqual({
          command,
          exitCode: expected,
          stderr: '',
        });
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('name only files of the repository that are there', () => {
    expect([...documents, ...folderPages].flatMap(namedPaths).filter(({ isThere }) => !isThere)).toEqual([]);
  });

  it('say of ten everyday changes which files they touch: three at the most', () => {
    const [, section = ''] = readFileSync('CONTRIBUTING.md', 'utf8').split('## Ten everyday changes');
    const [, , ...rows] = section.split('\n## ')[0]?.match(/^\|.*$/gm) ?? [];
    const touched = rows.map((row) => {
      const [, change = '', files = ''] = row.split('|');
      return { change: change.trim(), files: [...files.matchAll(/`[^`]*[/.][^`]*`/g)].length };
    });
    expect(touched).toHaveLength(10);
    expect(touched.filter(({ files }) => files > 3)).toEqual([]);
  });

  it('say of each attacker what shows it, or that it is known', () => {
    const rows = readFileSync('docs/security.md', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| '));
    const table = rows.slice(0, rows.findIndex((row) => row.startsWith('| whoever')) + 1);
    const [head = [], ...attackers] = table.map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    expect(head).toEqual(['who', 'gets', 'does not get', 'known']);
    const claims = attackers.slice(1).flatMap(([who = '', gets = '', not = '']) => [
      { who, cell: gets },
      { who, cell: not },
    ]);
    expect(attackers.length).toBeGreaterThan(7);
    expect(claims.filter(({ cell }) => !/`test\/[^`]+`|known/i.test(cell))).toEqual([]);
  });
});

/** On images of others, of a build, and with a word to be replaced. */
const elsewhere = new Set(['overlays/README', 'overlays/NAME/rootfs', 'out/']);

/** Paths in backquotes; `isThere` when one of the repository, for the page of a folder one below it, is or ends so. */
function namedPaths(page: string): { page: string; path: string; isThere: boolean }[] {
  const isOfFolder = folderPages.includes(page);
  const pattern = isOfFolder
    ? /`([\w.-]+(?:\/[\w.-]+)+\/?|[\w.-]+\/|[\w-]+\.(?:ts|mjs|py|md))`/g
    : /`((?:docs|test|builder|overlays|profiles|cloud-init|packer)\/[\w./-]+|[\w-]+\.(?:ts|mjs|py))`/g;
  const below = isOfFolder ? `${dirname(page)}/` : '';
  return [...readFileSync(page, 'utf8').matchAll(pattern)]
    .map(([, path = '']) => path)
    .filter((path) => !elsewhere.has(path))
    .map((path) => {
      const end = `/${path.replace(/\/$/, '')}`;
      const isThere = repository.some((file) => file.startsWith(below) && file.endsWith(end));
      return { page, path, isThere: isThere || existsSync(path) };
    });
}

interface Block {
  readonly file: string;
  readonly line: number;
  readonly commands: readonly string[];
}

/** Neighbouring lines that are indented as code, as far as they begin dlimage. */
function blocksIn(file: string): Block[] {
  const blocks: { file: string; line: number; commands: string[] }[] = [];
  let isInside = false;
  for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    const isCode = /^ {4}\S/.test(line);
    if (isCode && !isInside) blocks.push({ file, line: index + 1, commands: [] });
    isInside = isCode;
    const [, command] = /^ {4}(?:\.\/setup && )?(?:npx )?(dlimage .*?)(?:\s+#.*)?$/.exec(line) ?? [];
    if (command !== undefined) blocks.at(-1)?.commands.push(command);
  }
  return blocks.filter(({ commands }) => commands.length > 0);
}

/** Command lines within the text: `dlimage plan --files`. */
function spansIn(file: string): string[] {
  const text = readFileSync(file, 'utf8').replaceAll(/\n/g, ' ');
  return [...text.matchAll(/`(?:npx )?(dlimage [a-z][^`]*)`/g)]
    .map(([, span = '']) => span)
    .filter((span) => !noCommands.has(span) && !/[<…|]|\.\.\./.test(span));
}

function wordsOf(command: string): string[] {
  return command.split(' ').slice(1);
}

/** Parses a command line as dlimage does, and does nothing. */
async function parse(command: string): Promise<void> {
  const program = createProgram(() => undefined);
  disarm(program);
  await program.parseAsync(wordsOf(command), { from: 'user' });
}

function disarm(command: Command): void {
  if (command.commands.length === 0) command.action(() => undefined);
  for (const child of command.commands) disarm(child);
}

function helpOf(program: Command): string {
  let text = '';
  program.configureOutput({ writeOut: (part) => (text += part) });
  program.outputHelp();
  return text;
}
