import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { run } from './programs.ts';

/** A small archive of Debian packages, signed by a key of its own, on a server of its own. */
export interface PackageArchive {
  readonly uri: string;
  /** What `signed-by` names. */
  readonly keyring: Buffer;
  /** Replaces what the server gives for a path; undefined gives the real thing again. */
  answer(path: string, bytes: Buffer | undefined): void;
  close(): Promise<void>;
}

/** A package that installs one file. Dependencies are written as in a control file. */
export interface ArchivedPackage {
  readonly name: string;
  readonly version: string;
  readonly depends?: string;
  readonly conflicts?: string;
}

/** Builds the packages and serves them as a flat archive: `deb URI ./`. */
export async function servePackages(
  directory: string,
  packages: readonly ArchivedPackage[],
): Promise<PackageArchive> {
  const archive = join(directory, 'archive');
  mkdirSync(archive, { recursive: true });
  const index = packages.map((one) => buildPackage(one, archive, directory)).join('\n');
  writeFileSync(join(archive, 'Packages'), index);
  const line = `${sha256(Buffer.from(index))} ${Buffer.byteLength(index)} Packages`;
  const release = `Origin: test\nSuite: test\nDate: Wed, 01 Jan 2025 00:00:00 UTC\nSHA256:\n ${line}\n`;
  const keyring = sign(release, archive, directory);
  const replaced = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://archive').pathname);
    try {
      response.end(replaced.get(path) ?? readFileSync(join(archive, path)));
    } catch {
      response.writeHead(404).end();
    }
  });
  const port = await listen(server);
  return {
    uri: `http://127.0.0.1:${port}/`,
    keyring,
    answer: (path, bytes) => void (bytes === undefined ? replaced.delete(path) : replaced.set(path, bytes)),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function buildPackage(
  { name, version, depends, conflicts }: ArchivedPackage,
  archive: string,
  directory: string,
): string {
  const tree = join(directory, 'package');
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  mkdirSync(join(tree, 'usr/share', name), { recursive: true });
  writeFileSync(join(tree, 'usr/share', name, 'file'), `${name} ${version}\n`);
  const fields = [
    ...[
      `Package: ${name}`,
      `Version: ${version}`,
      'Architecture: all',
      'Maintainer: test <test@example.org>',
    ],
    ...['Installed-Size: 8', 'Description: test'],
    ...(depends === undefined ? [] : [`Depends: ${depends}`]),
    ...(conflicts === undefined ? [] : [`Conflicts: ${conflicts}`, `Replaces: ${conflicts}`]),
  ];
  writeFileSync(join(tree, 'DEBIAN/control'), `${fields.join('\n')}\n`);
  const file = `${name}_${version.replace(/^\d+:/, '')}_all.deb`;
  run('dpkg-deb', ['--root-owner-group', '--build', tree, join(archive, file)]);
  rmSync(tree, { recursive: true });
  const bytes = readFileSync(join(archive, file));
  return `${fields.join('\n')}\nFilename: ./${file}\nSize: ${statSync(join(archive, file)).size}\nSHA256: ${sha256(bytes)}\n`;
}

/** Signs the release file, and returns the public key. gpg's own directory lies beside the archive. */
function sign(release: string, archive: string, directory: string): Buffer {
  const home = join(directory, 'gpg');
  mkdirSync(home, { mode: 0o700 });
  const gpg = ['--homedir', home, '--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', ''];
  run('gpg', [...gpg, '--quick-generate-key', 'archive@example.org', 'ed25519', 'sign', 'never']);
  writeFileSync(join(archive, 'InRelease'), run('gpg', [...gpg, '--clearsign'], release));
  const keyring = run('gpg', [...gpg, '--export']);
  run('gpgconf', ['--homedir', home, '--kill', 'all']);
  return keyring;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
