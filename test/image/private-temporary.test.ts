import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { makeScratch } from './support/test-image.ts';

describe('a private directory', () => {
  const scratch = makeScratch();
  afterAll(() => scratch.cleanUp());

  it('is removed by an interruption also while a program goes on writing there', async () => {
    const parent = join(scratch.path, 'busy');
    mkdirSync(parent);
    const script = join(import.meta.dirname, 'support', 'write-meanwhile.mjs');
    const child = spawn(process.execPath, [script, parent], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    await setTimeout(300);
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    await ended;
    expect(child.signalCode).toBe('SIGINT');
    expect(readdirSync(parent)).toEqual([]);
  });
});
