import { execa } from 'execa';
import { expect, it } from 'vitest';
import { completionScript } from '../../builder/cli/commands/support/completion-script.ts';
import { createProgram } from '../../builder/cli/program.ts';

const values = { '--profile': ['pi2', 'pi3', 'pi4'] };

async function completeInBash(line: string): Promise<string[]> {
  const words = line.split(' ');
  const script = `${completionScript('bash', createProgram(), values)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _dlimage; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await execa('bash', ['--norc', '-c', script]);
  return stdout.split('\n').filter((word) => word !== '');
}

it.each([
  ['dlimage bu', ['build']],
  ['dlimage st', ['status']],
  ['dlimage status --wa', ['--wait']],
  ['dlimage base ', ['list', 'build', 'rm']],
  ['dlimage base build --pro', ['--profile']],
  ['dlimage build --profile pi', ['pi2', 'pi3', 'pi4']],
  ['dlimage build --format img.', ['img.zst', 'img.xz', 'img.gz', 'img.bmap']],
  ['dlimage build --format v', ['vmdk', 'vdi', 'vhdx', 'virtualbox-box']],
  ['dlimage --q', ['--quiet']],
])('bash completes %j', async (line, expected) => {
  expect(await completeInBash(line)).toEqual(expected);
});

function isMissing(result: { code?: string | undefined }): boolean {
  return result.code === 'ENOENT' && process.env['CI'] !== 'true';
}

it('fish completes subcommands with their descriptions', async () => {
  const script = `${completionScript('fish', createProgram(), values)}\ncomplete -C 'dlimage base '`;
  const result = await execa('fish', ['--no-config', '-c', script], { reject: false });
  if (isMissing(result)) return;
  expect(result.stderr).toBe('');
  const words = result.stdout.split('\n').map((line) => line.split('\t')[0]);
  expect(words).toEqual(['build', 'list', 'rm']);
});

it('zsh accepts its script', async () => {
  const result = await execa('zsh', ['-f', '-n'], {
    input: completionScript('zsh', createProgram(), values),
    reject: false,
  });
  if (isMissing(result)) return;
  expect(result.stderr).toBe('');
  expect(result.exitCode).toBe(0);
});
