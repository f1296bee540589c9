import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { missingPrograms } from '../image/support/programs.ts';

const repository = join(import.meta.dirname, '../..');
const agent = 'overlays/agent/rootfs/usr/lib/dlimage';
const tests = 'test/node';

/** Every file below a directory, relative to the repository. */
function filesBelow(directory: string): string[] {
  const absolute = join(repository, directory);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => relative(repository, join(file.parentPath, file.name)));
}

/** Directories with Python tests. Each is a run of its own, so that modules of different parts cannot meet. */
const testDirectories = [
  ...new Set(
    filesBelow(tests)
      .filter((path) => /\/test_[^/]+\.py$/.test(path))
      .map((path) => path.slice(0, path.lastIndexOf('/'))),
  ),
].toSorted();

/** All Python that runs on nodes: modules, and programs without a suffix. */
const nodePython = filesBelow('overlays').filter(
  (path) =>
    path.endsWith('.py') || readFileSync(join(repository, path), 'utf8').startsWith('#!/usr/bin/python3'),
);

describe.skipIf(missingPrograms(['python3']).length > 0)('Python of the nodes', () => {
  it('has tests', () => {
    expect(testDirectories).not.toEqual([]);
  });

  it.each(testDirectories)('%s', (directory) => {
    const run = spawnSync(
      'python3',
      ['-B', '-W', 'error::SyntaxWarning', '-m', 'unittest', 'discover', '-s', directory],
      {
        cwd: repository,
        env: { ...process.env, PYTHONPATH: join(repository, agent) },
        encoding: 'utf8',
        timeout: 100_000,
      },
    );
    expect({ ended: run.status, said: run.stderr }).toEqual({
      ended: 0,
      said: expect.stringMatching(/\nOK\n/),
    });
    expect(run.stderr).not.toMatch(/^Ran 0 tests/m);
  });

  it('is written in the Python of the oldest base', () => {
    expect(nodePython).not.toEqual([]);
    const check = [
      'import ast, pathlib, sys',
      'for path in sys.argv[1:]:',
      '    ast.parse(pathlib.Path(path).read_text(), path, feature_version=(3, 7))',
    ].join('\n');
    const parse = () =>
      execFileSync('python3', ['-c', check, ...nodePython], { cwd: repository, stdio: 'pipe' });
    expect(parse).not.toThrow();
  });
});
