import { findPackages } from '../../../../builder/base/host/complete/find-packages.ts';
import { resolvePackages } from '../../../../builder/base/host/complete/resolve-packages.ts';
import { silentProgress } from '../../../../builder/system/host/progress.ts';
import type { MessageCase, MessageCases } from '../message-case.ts';

/** What apt says at one of its steps, in its own words. */
interface Answer {
  readonly exitCode?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

const system = 'Debian GNU/Linux 13 (trixie), arm64';
const simulated = 'Inst chrony (4.6.1-3 Debian:13.0/stable [arm64])\n';
const listed = `'http://deb.example.org/chrony.deb' chrony.deb 2 SHA256:${'0'.repeat(64)}\n`;

/** Packages are looked for with an apt that gives these answers. */
function apt(
  when: string,
  answers: Partial<Record<'update' | 'simulate' | 'list' | 'download', Answer>>,
): MessageCase {
  const usual = { update: {}, simulate: { stdout: simulated }, list: { stdout: listed }, download: {} };
  const stepOf = (args: readonly string[]): keyof typeof usual => {
    if (args.includes('update')) return 'update';
    if (args.includes('--simulate')) return 'simulate';
    return args.includes('--download-only') ? 'download' : 'list';
  };
  return {
    when,
    provoke: (directory) =>
      resolvePackages(
        {
          apt: {
            archives: `${directory}/archives`,
            noArchives: `${directory}/none`,
            run: (_, args) => {
              const {
                exitCode = 0,
                stdout = '',
                stderr = '',
              } = { ...usual, ...answers }[stepOf(args)] as Answer;
              return Promise.resolve({ exitCode, stdout: Buffer.from(stdout), stderr });
            },
          },
          wanted: [],
          system,
          signal: undefined,
        },
        silentProgress.task(''),
      ),
  };
}

const unmet = (line: string): Answer => ({
  exitCode: 100,
  stdout: ` satisfy:command-line : Depends: ${line}\n`,
});

export const packageCases: MessageCases = {
  'package-unavailable.unknown': apt('No archive of the image has a package that is asked for.', {
    simulate: unmet('docker.io but it is not installable'),
  }),
  'packages-unresolvable.conflict': apt('Packages that are asked for cannot be installed together.', {
    simulate: unmet('chrony (>= 9) but 4.6.1-3 is to be installed'),
  }),
  'package-removes-essential.own': apt('Packages of your own would remove essential ones.', {
    simulate: {
      exitCode: 100,
      stderr:
        'E: Essential packages were removed\nWARNING: The following essential packages will be removed.\n',
    },
  }),
  'packages-disk-full.download': apt('The disk of the cache is full.', {
    download: { exitCode: 100, stderr: "E: You don't have enough free space in /cache/apt/archives/.\n" },
  }),
  'package-damaged.download': apt('A mirror gives a package that is not what its archive lists.', {
    download: {
      exitCode: 100,
      stderr: 'E: Failed to fetch http://deb.example.org/chrony.deb  Hash Sum mismatch\n',
    },
  }),
  'package-damaged.unlisted': apt('An archive does not say what its packages must be.', {
    list: { stdout: '' },
  }),
  'mirror-unreachable.down': apt('An archive of the image does not answer.', {
    download: {
      exitCode: 100,
      stderr: 'E: Failed to fetch http://deb.example.org/chrony.deb  Could not connect\n',
    },
  }),
  'archive-not-trusted.key': apt('An archive is signed with a key that the image does not have.', {
    download: {
      exitCode: 100,
      stderr:
        'E: The repository http://deb.example.org trixie InRelease is not signed. NO_PUBKEY 0123456789ABCDEF\n',
    },
  }),
  'image-without-dpkg.broken': {
    when: 'An image has no sound dpkg, so nobody can tell what it lacks.',
    provoke: (directory) =>
      findPackages(
        {
          settings: { system, status: '', files: new Map() },
          wanted: [],
          archive: { moved: [], isExpired: false },
          cacheDirectory: directory,
        } as unknown as Parameters<typeof findPackages>[0],
        silentProgress.task(''),
      ),
  },
};
