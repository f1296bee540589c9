import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findHostPath } from '../../builder/cluster/host/find-host-path.ts';

describe('a folder that is a source of files', () => {
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'dlimage-test-')));
  const project = join(scratch, 'project');
  beforeAll(() => {
    for (const folder of ['project/tree', 'elsewhere']) {
      mkdirSync(join(scratch, folder), { recursive: true });
      writeFileSync(join(scratch, folder, 'file'), 'text\n');
    }
    symlinkSync('../elsewhere', join(project, 'link'));
  });
  afterAll(() => {
    rmSync(scratch, { recursive: true, force: true });
  });
  const find = (written: string) =>
    findHostPath({ purpose: 'extra-file', written, from: 'definition' }, project);

  it('is read inside the folder of the definition', async () => {
    const found = await find('./tree');
    expect(found.items?.map(({ relativePath }) => relativePath)).toStrictEqual(['', 'file']);
  });

  it.each(['../elsewhere', './link', '/'])('is not walked through outside of it: %s', async (written) => {
    const found = await find(written);
    expect(found).toMatchObject({ kind: 'directory' });
    expect(found.items).toBeUndefined();
  });
});
