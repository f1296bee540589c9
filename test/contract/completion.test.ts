import { execa } from 'execa';
import { expect, it } from 'vitest';
import { completionScript } from '../../builder/cli/completion-script.ts';
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
  ['dlimage base ', ['list', 'build', 'rm']],
  ['dlimage base build --pro', ['--profile']],
  ['dlimage build --profile pi', ['pi2', 'pi3', 'pi4']],
  ['dlimage build --format ', ['img']],
  ['dlimage --q', ['--quiet']],
])('bash completes %j', async (line, expected) => {
  expect(await completeInBash(line)).toEqual(expected);
});

it.each(['zsh', 'fish'] as const)('the script for %s is accepted by that shell', async (shell) => {
  const result = await execa(shell, ['-n', '/dev/stdin'], {
    input: completionScript(shell, createProgram(), values),
    reject: false,
  });
  if (result.code === 'ENOENT' && process.env['CI'] !== 'true') return;
  expect(result.stderr).toBe('');
  expect(result.exitCode).toBe(0);
});
