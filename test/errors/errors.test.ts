import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { caseNames, expectationOf, runCase, readInput } from './run-case.ts';
import { repository } from './world.ts';

const update = process.env['UPDATE'] === '1';
if (update && process.env['CI'] !== undefined && process.env['CI'] !== 'false') {
  throw new Error('UPDATE=1 rewrites what the tests expect: it is not for CI');
}
const idsSeen = new Set<string>();

describe.each(caseNames)('%s', (name) => {
  const { understood, report } = runCase(name);
  for (const { id } of understood.diagnostics) idsSeen.add(id);

  it('reports exactly this', () => {
    if (update) writeFileSync(expectationOf(name), report);
    expect(report).toBe(readFileSync(expectationOf(name), 'utf8'));
  });

  it('finds what the case is named after', () => {
    expect(understood.diagnostics.map(({ id }) => id)).toContain(name.split('.')[0]);
  });

  it('points at places that exist, and shows them', () => {
    for (const { at } of understood.diagnostics) {
      if (at === undefined) continue;
      const source = understood.sources.find(({ file }) => file === at.file);
      const line = source?.text.split(/\r?\n/)[at.line - 1];
      expect(line?.length).toBeGreaterThanOrEqual(at.column - 1 + at.length);
      expect(report).toContain(`${at.file}:${at.line}:${at.column}: `);
    }
  });

  it('makes a cluster exactly when there is no error', () => {
    const hasError = understood.diagnostics.some(({ severity }) => severity === 'error');
    expect(understood.value === undefined).toBe(hasError);
  });
});

describe('the cases together', () => {
  it('cover every finding that the source can make', () => {
    // Thousands of errors make no case that anybody reads: understand-cluster.test.ts has it.
    const missing = idsInSource().filter((id) => !idsSeen.has(id) && id !== 'too-many-errors');
    expect(missing).toEqual([]);
  });

  it('never show a secret', () => {
    for (const name of caseNames)
      expect(readFileSync(expectationOf(name), 'utf8')).not.toMatch(/hunter2|b3BlbnNzaC1rZXktdjE/);
  });
});

/** Every id that a call of `error`, `warning` or `note` under `builder/cluster` names. */
function idsInSource(): string[] {
  const directory = join(repository, 'builder/cluster');
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const ids = files.flatMap((file) => {
    const text = readInput(join(directory, file));
    const calls = [...text.matchAll(/\b(?:error|warning|note)\(\s*'([a-z0-9-]+)'/g)].map(
      (match) => match[1] ?? '',
    );
    // A call whose first argument is not a plain text would escape this test.
    const allCalls = [...text.matchAll(/(?<!function |\.)\b(?:error|warning|note)\((?!\s*[:)])/g)].length;
    expect(`${file}: ${calls.length}`).toBe(`${file}: ${allCalls}`);
    return calls;
  });
  return [...new Set(ids)].toSorted();
}
