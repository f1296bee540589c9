import { execa } from 'execa';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { quoteShell } from '../../builder/node/render/quote.ts';

// systemd reads EnvironmentFile= and os-release with one parser (src/basic/env-file.c), and systemd-tmpfiles shows what it
// read as %B without a booted system.
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dlimage-environment-'));
  await mkdir(join(directory, 'etc'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

it.each([
  'plain',
  "it's",
  `"quoted" and 'quoted'`,
  String.raw`back\slash and it's \'`,
  "it's $HOME and `id` and ${x}",
  String.raw`$HOME "x" \n`,
  " leading and 'trailing' ",
  "# ; it's no comment",
  '',
])('systemd, a shell and the agent read %j alike', async (value) => {
  const file = join(directory, 'etc/os-release');
  await writeFile(file, `ID=x\nBUILD_ID=${quoteShell(value)}\n`);
  await writeFile(join(directory, 'show.conf'), 'f /out 0644 - - - <%B>\n');
  await execa('systemd-tmpfiles', ['--create', `--root=${directory}`, join(directory, 'show.conf')]);
  expect(await readFile(join(directory, 'out'), 'utf8')).toBe(`<${value}>`);
  const shell = await execa('sh', ['-c', `. "${file}"; printf '<%s>' "$BUILD_ID"`]);
  expect(shell.stdout).toBe(`<${value}>`);
  const split = 'import shlex, sys; print(shlex.split(sys.stdin.read(), comments=True)[-1], end="")';
  const python = await execa('python3', ['-c', split], {
    input: await readFile(file),
    stripFinalNewline: false,
  });
  expect(python.stdout).toBe(`BUILD_ID=${value}`);
});
