import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { examineTools } from '../../builder/system/host/doctor/examine-tools.ts';
import { programOf } from '../../builder/system/host/find-program.ts';
import { runTool } from '../../builder/system/host/run-tool.ts';
import { makeScratch } from '../image/support/test-image.ts';

let scratch: ReturnType<typeof makeScratch>;
beforeEach(() => {
  scratch = makeScratch();
  vi.stubEnv('PATH', scratch.path);
});
afterEach(() => {
  vi.unstubAllEnvs();
  scratch.cleanUp();
});

function install(program: string, version: string): void {
  writeFileSync(join(scratch.path, program), `#!/bin/sh\necho "7-Zip ${version}"\n`, { mode: 0o755 });
}

describe('a tool that distributions call differently', () => {
  it('is started by the name that is here', async () => {
    install('7z', '25.01');
    expect(programOf('7zz')).toBe('7z');
    expect(Buffer.from((await runTool('7zz', [], { step: 'ask' })).stdout).toString()).toContain('25.01');
    expect(await examineTools(['7zz'])).toMatchObject([{ found: true, version: '25.01' }]);
  });

  it('is started by its usual name where both are here', () => {
    install('7z', '16.02');
    install('7zz', '25.01');
    expect(programOf('7zz')).toBe('7zz');
  });

  it('is missing by its usual name', async () => {
    expect(await examineTools(['7zz'])).toMatchObject([{ found: false, tool: { program: '7zz' } }]);
    await expect(runTool('7zz', [], { step: 'unpack it' })).rejects.toMatchObject({
      id: 'tool-missing',
      message: '7zz is not installed: cannot unpack it',
    });
  });
});
