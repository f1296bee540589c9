import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { relocateSources, type MovedArchive } from '../../../system/debian-packages/relocate-sources.ts';
import { readAptTransport } from '../debian-mirror.ts';
import { proxyEnvironment } from '../../../system/host/proxy-environment.ts';
import { makeDirectory } from '../../../system/host/make-directory.ts';
import { runTool, type RunOptions, type RunResult } from '../../../system/host/run-tool.ts';
import type { AptSettings } from './read-apt-settings.ts';

/** An apt of its own, which sees an image's packages and sources, and nothing of this machine's. */
export interface AptRoot {
  /** Folder of downloaded packages. */
  readonly archives: string;
  /** A folder for packages where none ever lie. */
  readonly noArchives: string;
  run(program: 'apt-get' | 'apt-cache', args: readonly string[], options: RunOptions): Promise<RunResult>;
}

/** Settings for archives beside the image's own. */
export interface ArchiveSettings {
  /** Archives that have moved since the image was made. */
  readonly moved: readonly MovedArchive[];
  /** The archives are old: their indexes have expired, nobody signs them anew, and their keys have bindings by SHA-1. */
  readonly isExpired: boolean;
}

/**
 * What apt 3 refuses of keys since 2026-02-01: that they belong together is signed by SHA-1. Nobody can forge that for a
 * key that is in the image. Source: sequoia-policy-config, "hash_algorithms"; apt, methods/sqv.cc
 */
const oldSignatures = '[hash_algorithms]\nsha1.second_preimage_resistance = "always"\n';

const emptyDirectories = [
  ...['etc/apt/apt.conf.d', 'etc/apt/preferences.d', 'etc/apt/sources.list.d', 'etc/apt/trusted.gpg.d'],
  ...['var/lib/apt/lists/partial', 'var/lib/dpkg', 'var/cache/apt/archives/partial', 'var/log/apt'],
  'var/cache/apt/none/partial',
];

/**
 * Makes such an apt in `directory`, over one that is there: what it has downloaded before is used again. No program of
 * the image is ever run, so its architecture does not matter.
 */
export async function createAptRoot(
  directory: string,
  settings: AptSettings,
  architecture: string,
  archive: ArchiveSettings,
): Promise<AptRoot> {
  for (const old of ['etc', 'usr', 'var/lib/dpkg'])
    await rm(join(directory, old), { recursive: true, force: true });
  for (const name of emptyDirectories) await makeDirectory(join(directory, name));
  await writeFile(join(directory, 'var/lib/dpkg/status'), settings.status);
  for (const [path, content] of settings.files) {
    const target = join(directory, path);
    await makeDirectory(dirname(target));
    await writeFile(target, isSources(path) ? relocate(path, content, directory, archive.moved) : content);
  }
  const configuration = join(directory, 'apt.conf');
  await writeFile(configuration, await describe(directory, settings, architecture, archive));
  const policy = join(directory, 'sequoia.config');
  await writeFile(policy, oldSignatures);
  return {
    archives: join(directory, 'var/cache/apt/archives'),
    noArchives: join(directory, 'var/cache/apt/none'),
    run: async (program, args, options) =>
      await runTool(program, args, {
        ...options,
        env: {
          ...proxyEnvironment(),
          ...options.env,
          APT_CONFIG: configuration,
          ...(archive.isExpired && { APT_SEQUOIA_CRYPTO_POLICY: policy }),
        },
      }),
  };
}

function isSources(path: string): boolean {
  return path === '/etc/apt/sources.list' || path.startsWith('/etc/apt/sources.list.d/');
}

function relocate(path: string, content: Uint8Array, root: string, moved: readonly MovedArchive[]): string {
  const format = path.endsWith('.sources') ? 'deb822' : 'one-line';
  return relocateSources(new TextDecoder().decode(content), format, root, moved);
}

/** Source: https://manpages.debian.org/trixie/apt/apt.conf.5.en.html */
async function describe(
  directory: string,
  { foreignArchitectures }: AptSettings,
  architecture: string,
  { isExpired }: ArchiveSettings,
): Promise<string> {
  return [
    `Dir "${directory}/";`,
    // An absolute path, whatever Dir is.
    `Dir::State::status "${join(directory, 'var/lib/dpkg/status')}";`,
    `APT::Architecture "${architecture}";`,
    `APT::Architectures { ${[architecture, ...foreignArchitectures].map((name) => `"${name}"; `).join('')}};`,
    'APT::Sandbox::User "root";',
    'APT::Install-Recommends "false";',
    'Acquire::Languages "none";',
    // The digest that --print-uris shows.
    'Acquire::ForceHash "SHA256";',
    'Acquire::Retries "3";',
    ...(isExpired ? ['Acquire::Check-Valid-Until "false";'] : []),
    ...(await readAptTransport()),
    '',
  ].join('\n');
}
