import { mkdtempSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeStamp } from '../../builder/system/host/change-stamp.ts';
import { packEntries } from '../../builder/artifact/host/seed/pack-entries.ts';
import { writeRenderedNode } from '../../builder/node/host/write-rendered-node.ts';
import type { Entry } from '../../builder/image/entry.ts';

// A file of the user's that is another one than the plan was made with: never an output without a word.
let scratch = '';

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'dlimage-changing-'));
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** An entry of a file that was read, and then changed. */
function changed(name: string, change: (path: string) => void): Entry {
  const hostPath = join(scratch, name);
  writeFileSync(hostPath, 'as it was read');
  utimesSync(hostPath, 1, 1);
  const status = statSync(hostPath, { bigint: true });
  change(hostPath);
  const content = {
    from: 'host-file',
    hostPath,
    sizeBytes: Number(status.size),
    stamp: changeStamp(status),
  } as const;
  const attributes = { partition: 'root', mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 1 } as const;
  return { ...attributes, kind: 'file', path: '/x', content };
}

const changes: Readonly<Record<string, (path: string) => void>> = {
  'is as long as before': (path) => writeFileSync(path, 'AS IT WAS READ'),
  shrank: (path) => truncateSync(path, 3),
  grew: (path) => writeFileSync(path, 'longer than it was when it was read'),
};

describe.each(Object.entries(changes))('a file that was written to since and %s', (name, change) => {
  it('is not packed into a seed', async () => {
    const entries = [changed(`${name}-seed`, change)];
    await expect(packEntries(join(scratch, `${name}.tar`), entries)).rejects.toMatchObject({
      id: 'host-file-changed',
    });
  });

  it('is not rendered', async () => {
    const entry = changed(`${name}-node`, change);
    const rendered = { entry, sha256: '', origin: '', secret: false, shared: true } as const;
    const node = { sha256: '', entries: [rendered] };
    await expect(
      writeRenderedNode(node as unknown as Parameters<typeof writeRenderedNode>[0], join(scratch, 'out')),
    ).rejects.toMatchObject({ id: 'host-file-changed' });
  });
});
