import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeScratch } from '../../image/support/test-image.ts';
import { messageCases } from './cases/all.ts';
import { expectedFile, expectedFolder } from './expected-file.ts';
import { renderMessages } from './render-messages.ts';
import { showFailure } from './show-failure.ts';

const update = process.env['UPDATE'] === '1';
if (update && process.env['CI'] !== undefined && process.env['CI'] !== 'false') {
  throw new Error('UPDATE=1 rewrites what the tests expect: it is not for CI');
}

const home = process.cwd();
let scratch: ReturnType<typeof makeScratch>;
beforeEach(() => {
  scratch = makeScratch();
  mkdirSync(join(scratch.path, 'bin'));
  vi.stubEnv('PATH', `${join(scratch.path, 'bin')}:${process.env['PATH']}`);
  vi.stubEnv('HOME', scratch.path);
  vi.stubEnv('XDG_CACHE_HOME', join(scratch.path, 'cache'));
  process.chdir(scratch.path);
});
afterEach(() => {
  process.chdir(home);
  vi.unstubAllEnvs();
  scratch.cleanUp();
});

describe.each(Object.entries(messageCases))('%s', (name, theCase) => {
  it('gets exactly this message', async () => {
    const text = await showFailure(theCase, scratch.path);
    expect(text).not.toContain('internal error');
    if (update) writeFileSync(expectedFile(name), text);
    expect(text).toBe(readFileSync(expectedFile(name), 'utf8'));
  });
});

describe('the texts together', () => {
  it('are those of the cases', () => {
    expect(readdirSync(expectedFolder).toSorted()).toEqual(
      Object.keys(messageCases)
        .map((name) => `${name}.txt`)
        .toSorted(),
    );
  });

  it('make docs/messages.md', async () => {
    const page = join(home, 'docs/messages.md');
    const texts = new Map(
      Object.keys(messageCases).map((name) => [name, readFileSync(expectedFile(name), 'utf8')]),
    );
    const options = { parser: 'markdown', singleQuote: true, printWidth: 110 } as const;
    const wanted = await format(renderMessages(messageCases, texts), options);
    if (update) writeFileSync(page, wanted);
    expect(readFileSync(page, 'utf8')).toBe(wanted);
  });
});
