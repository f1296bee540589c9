import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAptRoot } from '../../builder/base/host/complete/apt-root.ts';
import { missingPrograms, run } from '../image/support/programs.ts';
import { makeScratch } from '../image/support/test-image.ts';
import { askNodes } from './support/ask-nodes.ts';
import { unpackBase } from './support/base-tree.ts';
import { layOverBase, type ExampleRoots } from './support/node-root.ts';

const settings = {
  status: '',
  foreignArchitectures: [],
  system: 'old',
  files: new Map<string, Uint8Array>(),
};
const programs = ['gpg', 'gpgconf', 'tar', 'sha256sum'];

// Its key is as Raspbian's: bound by SHA-1 alone. The base's own apt judges, that of Debian 13.
describe.skipIf(missingPrograms(programs).length > 0)('an archive that has moved', () => {
  const scratch = makeScratch();
  let archive = '';
  let example: ExampleRoots | undefined;

  beforeAll(async () => {
    example = await layOverBase('mixed-boards', await unpackBase());
    archive = signOldArchive(scratch.path).toString('base64');
  });
  afterAll(async () => {
    await example?.remove();
    scratch.cleanUp();
  });

  /** What `apt-get update` says of the archive, with a policy for keys. */
  const update = async (policy: string): Promise<string> => {
    const options = ['Dir::Etc::SourceParts=-', 'APT::Sandbox::User=root']
      .map((one) => `-o ${one}`)
      .join(' ');
    const script = [
      'mkdir -p /tmp/old && cd /tmp/old',
      `printf %s ${archive} | base64 -d | tar -x`,
      `printf %s '${Buffer.from(policy).toString('base64')}' | base64 -d >policy`,
      "echo 'deb [signed-by=/tmp/old/key.gpg] file:/tmp/old ./' >sources",
      '[ ! -s policy ] || export APT_SEQUOIA_CRYPTO_POLICY=/tmp/old/policy',
      `apt-get update ${options} -o Dir::Etc::SourceList=/tmp/old/sources`,
    ].join('\n');
    const [answer] = await askNodes((example?.nodes ?? []).slice(0, 1), script);
    return `exit code ${answer?.exitCode}\n${answer?.output}`;
  };

  it('is believed', async () => {
    expect(await update(await policyOfApt(join(scratch.path, 'moved'), true))).toMatch(/^exit code 0\n/);
  });

  it('would not be where it stands, as any other', async () => {
    const policy = await policyOfApt(join(scratch.path, 'living'), false);
    expect(policy).toBe('');
    expect(await update(policy)).toMatch(/^exit code 100\n[^]*SHA1 is not considered secure/);
  });
});

/** An archive without packages, as a tar, with the key that signs it. */
function signOldArchive(directory: string): Buffer {
  const home = join(directory, 'gnupg');
  const folder = join(directory, 'archive');
  mkdirSync(home, { mode: 0o700 });
  mkdirSync(folder);
  const gpg = (...args: string[]): Buffer =>
    run('gpg', ['--homedir', home, '--batch', '--quiet', '--passphrase', '', ...args]);
  const sha1 = ['--cert-digest-algo', 'SHA1', '--allow-weak-digest-algos'];
  gpg(...sha1, '--quick-generate-key', 'Old <old@archive.example>', 'rsa2048', 'sign', 'never');
  writeFileSync(join(folder, 'Packages'), '');
  const [digest] = run('sha256sum', [join(folder, 'Packages')])
    .toString()
    .split(' ');
  writeFileSync(
    join(folder, 'Release'),
    `Origin: old\nDate: ${new Date().toUTCString()}\nSHA256:\n ${digest} 0 Packages\n`,
  );
  const output = ['--output', join(folder, 'InRelease')];
  gpg('--digest-algo', 'SHA512', ...output, '--clearsign', join(folder, 'Release'));
  writeFileSync(join(folder, 'key.gpg'), gpg('--export'));
  run('gpgconf', ['--homedir', home, '--kill', 'all']);
  return run('tar', ['-C', folder, '-c', '.']);
}

/** The policy for keys with which the builder starts apt, as a program of that name sees it; empty without one. */
async function policyOfApt(directory: string, isExpired: boolean): Promise<string> {
  const bin = join(directory, 'bin');
  mkdirSync(bin, { recursive: true });
  const show = '#!/bin/sh\n[ -z "$APT_SEQUOIA_CRYPTO_POLICY" ] || exec cat "$APT_SEQUOIA_CRYPTO_POLICY"\n';
  writeFileSync(join(bin, 'apt-get'), show, { mode: 0o755 });
  const apt = await createAptRoot(directory, settings, 'armhf', { moved: [], isExpired });
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
  try {
    return Buffer.from((await apt.run('apt-get', [], { step: 'ask' })).stdout).toString();
  } finally {
    vi.unstubAllEnvs();
  }
}
