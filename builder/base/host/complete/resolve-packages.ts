import { join } from 'node:path';
import { formatDependency, type Dependency } from '../../../system/debian-packages/dependency.ts';
import {
  parsePackageFiles,
  parseSimulation,
  parseUnmet,
  type AptSimulation,
  type PackageFile,
} from '../../../system/debian-packages/apt-output.ts';
import { HostError } from '../../../report/errors.ts';
import { hashFile } from '../../../system/host/hash-file.ts';
import type { Task } from '../../../system/host/progress.ts';
import type { AptRoot } from './apt-root.ts';

/** A request to apt. */
export interface PackageRequest {
  readonly apt: AptRoot;
  readonly wanted: readonly Dependency[];
  /** The operating system and its architecture, for messages: `Debian GNU/Linux 13 (trixie), arm64`. */
  readonly system: string;
  readonly signal: AbortSignal | undefined;
}

/** The packages that an image needs beyond its own, verified and on this machine's disk. */
export interface ResolvedPackages extends AptSimulation {
  readonly files: readonly (PackageFile & { readonly hostPath: string })[];
  /** Size on the node once they are unpacked. */
  readonly installedBytes: number;
}

const aptFailed = 100;
const updateSeconds = 900;
const downloadSeconds = 4 * 3600;

/**
 * Finds and downloads the exact set of packages, dependencies included, recommendations not. apt itself verifies them,
 * from the archives' signatures down to each file.
 *
 * @throws HostError `mirror-unreachable`, `archive-not-trusted`, `package-unavailable`, `packages-unresolvable`,
 *   `package-removes-essential`, `packages-disk-full` or `package-damaged`.
 */
export async function resolvePackages(request: PackageRequest, task: Task): Promise<ResolvedPackages> {
  task.line('reading package lists');
  const troubles = await update(request);
  const simulation = await simulate(request, troubles);
  // apt leaves out what it finds on the disk already, from a build before or one that was cut short.
  const listing = ['--print-uris', `--option=Dir::Cache::archives=${request.apt.noArchives}`];
  const listed = await satisfy(request, listing, 'list the packages to download');
  const files = parsePackageFiles(listed.stdout);
  if (files.length !== simulation.installed.length) {
    const without = simulation.installed.length - files.length;
    throw new HostError(
      'package-damaged',
      `${without} packages for ${request.system} have no SHA-256 in their archive`,
      {
        hint: 'take another mirror: packages that cannot be verified are not used',
      },
    );
  }
  await download(request, task, troubles);
  const archived = files.map((file) => ({ ...file, hostPath: join(request.apt.archives, file.fileName) }));
  for (const file of archived) await verify(file, request.signal);
  return { ...simulation, files: archived, installedBytes: await installedSize(request, simulation) };
}

/** Returns what went wrong with single archives: the others may do. */
async function update({ apt, signal }: PackageRequest): Promise<string[]> {
  const result = await apt.run('apt-get', ['update', '--no-list-cleanup'], {
    step: 'read the package lists of the image',
    timeoutSeconds: updateSeconds,
    acceptExitCodes: [aptFailed],
    signal,
  });
  return complaints(result.stderr);
}

async function simulate(request: PackageRequest, troubles: readonly string[]): Promise<AptSimulation> {
  const { exitCode, stdout, stderr } = await satisfy(
    request,
    ['--simulate'],
    'find the packages that the image lacks',
  );
  if (exitCode === 0) return parseSimulation(stdout);
  const { unavailable, lines } = parseUnmet(stdout);
  const details = [...lines, ...complaints(stderr)];
  if (/essential packages will be removed/i.test(stdout + stderr)) {
    throw new HostError(
      'package-removes-essential',
      `the packages for ${request.system} would push out essential ones`,
      {
        hint: 'leave out the packages of your own, or take a newer base',
        details,
      },
    );
  }
  if (unavailable.length > 0 && troubles.length > 0) throw unreachable(request, troubles);
  if (unavailable.length > 0) {
    throw new HostError('package-unavailable', `${request.system} has no package ${unavailable.join(', ')}`, {
      hint: 'take another base, or leave out what needs it',
      details,
    });
  }
  throw new HostError(
    'packages-unresolvable',
    `apt finds no way to install the packages on ${request.system}`,
    {
      hint: 'its own words are above; take a newer image of this base, or leave out packages of your own',
      details: [...details, ...troubles],
    },
  );
}

async function download(request: PackageRequest, task: Task, troubles: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await satisfy(
    request,
    ['--download-only', '--option=APT::Status-Fd=2'],
    'download packages',
    (line) => {
      const [, percent] = /^dlstatus:\d+:([\d.]+):/.exec(line) ?? [];
      if (percent !== undefined) task.line(`downloaded ${Math.round(Number(percent))} %`);
    },
  );
  if (exitCode === 0) return;
  const said = complaints(stderr);
  if (said.some((line) => /enough free space|no space left/i.test(line))) {
    throw new HostError('packages-disk-full', `no space for packages in ${request.apt.archives}`, {
      hint: 'free some space, or choose another --cache',
      details: said,
    });
  }
  if (said.some((line) => /hash sum mismatch|unexpected size/i.test(line))) {
    throw new HostError('package-damaged', `a package for ${request.system} is not what its archive lists`, {
      hint: 'the mirror may be changing just now: try again later, or take another one',
      details: said,
    });
  }
  throw unreachable(request, [...said, ...troubles]);
}

function unreachable({ system }: PackageRequest, details: readonly string[]): HostError {
  if (
    details.some((line) => /not signed|NO_PUBKEY|signatures? (?:couldn't|were invalid)|EXPKEYSIG/i.test(line))
  ) {
    return new HostError(
      'archive-not-trusted',
      `an archive of ${system} is not signed by a key that the image has`,
      {
        hint: 'take a newer image of this base, whose keys are current',
        details,
      },
    );
  }
  return new HostError('mirror-unreachable', `cannot get packages for ${system}: an archive did not answer`, {
    hint: 'check the network and the proxy (http_proxy); what was downloaded is kept, so try again',
    details,
  });
}

/** Hashes a downloaded package: apt takes one from an earlier time by its size alone. */
async function verify(
  file: PackageFile & { readonly hostPath: string },
  signal: AbortSignal | undefined,
): Promise<void> {
  if ((await hashFile(file.hostPath, { signal })) === file.sha256) return;
  throw new HostError('package-damaged', `${file.hostPath} is not what its archive says`, {
    hint: 'delete it; it is downloaded again',
  });
}

async function installedSize({ apt }: PackageRequest, { installed }: AptSimulation): Promise<number> {
  if (installed.length === 0) return 0;
  const { stdout } = await apt.run(
    'apt-cache',
    [
      'show',
      '--no-all-versions',
      ...installed.map(
        ({ name, architecture, version }) =>
          `${name}${architecture === 'all' ? '' : `:${architecture}`}=${version}`,
      ),
    ],
    { step: 'read the sizes of packages' },
  );
  const kibibytes = [...new TextDecoder().decode(stdout).matchAll(/^Installed-Size: (\d+)$/gm)];
  return kibibytes.reduce((sum, [, size]) => sum + Number(size) * 1024, 0);
}

async function satisfy(
  { apt, wanted, signal }: PackageRequest,
  options: readonly string[],
  step: string,
  onLine?: (line: string) => void,
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const result = await apt.run(
    'apt-get',
    ['satisfy', '--yes', '--no-install-recommends', ...options, ...wanted.map(formatDependency)],
    {
      step,
      timeoutSeconds: downloadSeconds,
      acceptExitCodes: [aptFailed],
      ...(onLine && { onLine }),
      signal,
    },
  );
  return { ...result, stdout: new TextDecoder().decode(result.stdout) };
}

function complaints(stderr: string): string[] {
  return stderr.split('\n').filter((line) => /^[EW]: /.test(line));
}
