import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { packageRoot } from '../../builder/system/host/package-root.ts';
import { runTool } from '../../builder/system/host/run-tool.ts';

/** A cluster whose images were built as a user builds them: a definition, and `dlimage build` in its folder. */
export interface ClusterUnderTest {
  /** Holds everything of this test: definition, images, identities, disks and console logs. */
  readonly directory: string;
  readonly name: string;
  /** Private key of the user who may log in. */
  readonly userKey: string;
  /** That user's public key, one line. */
  readonly userPublicKey: string;
  readonly image: (node: string) => string;
  /** What the identity store says of a node. */
  readonly identity: (node: string) => Promise<StoredIdentity>;
  /** Writes another definition in the place of the first. */
  readonly define: (definition: Readonly<Record<string, unknown>>) => Promise<void>;
  /** Builds the images of these nodes, or of all, again under the same identities. */
  readonly build: (nodes?: readonly string[]) => Promise<void>;
  /** Runs dlimage in the cluster's folder and returns its standard output. */
  readonly dlimage: (...args: readonly string[]) => Promise<string>;
  /** Removes everything. Not called after a failure: the logs are what is left to look at. */
  readonly remove: () => Promise<void>;
}

/** The fields of `nodes/<name>.json` that a node can be held against; read without the product's own code. */
export interface StoredIdentity {
  readonly glusterUuid: string;
  readonly sshHostKey: { readonly publicKey: string };
}

/** What is not the same in every boot test. */
export interface BuildOptions {
  /** Nodes to build; all of them if absent. */
  readonly nodes?: readonly string[];
  /** Puts what the definition names into its folder, before the build. */
  readonly prepare?: (directory: string) => Promise<void>;
  /** Formats to build; whole raw images if absent. */
  readonly formats?: readonly string[];
  /** Leaves out the report that a node gives by itself; for tests that ask it instead. */
  readonly silent?: boolean;
}

const guestFolder = fileURLToPath(new URL('guest/', import.meta.url));

/** The report that every booted node gives reaches it through the definition, like any file of a user's. */
const guestFiles = [
  { source: 'guest/boot-test.service', path: '/etc/systemd/system/boot-test.service' },
  {
    source: 'guest/boot-test.conf',
    path: '/etc/systemd/system/multi-user.target.d/boot-test.conf',
  },
  { source: 'guest/report.py', path: '/usr/local/lib/boot-test/report.py' },
];

const buildTimeoutMinutes = 45;

/**
 * Writes a definition and builds its images with the compiled command.
 * The base comes from the default cache, so that it is made at most once per machine.
 */
export async function buildClusterUnderTest(
  name: string,
  definition: Readonly<Record<string, unknown>>,
  options: BuildOptions = {},
): Promise<ClusterUnderTest> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'dlimage-boot-')));
  const userKey = join(directory, 'user');
  await runTool('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'boot test', '-f', userKey], {
    step: 'make a key for the boot test',
  });
  await cp(guestFolder, join(directory, 'guest'), { recursive: true });
  await options.prepare?.(directory);
  const define: ClusterUnderTest['define'] = async (values) => {
    const access = { ssh: { authorized_keys: ['./user.pub'] } };
    const files = options.silent === true ? {} : { files: guestFiles };
    await writeFile(join(directory, 'cluster.yaml'), stringify({ name, ...values, ...access, ...files }));
  };
  const dlimage: ClusterUnderTest['dlimage'] = async (...args) => await runDlimage(directory, args);
  const build: ClusterUnderTest['build'] = async (nodes = []) =>
    void (await dlimage(
      '--quiet',
      'build',
      '--state',
      'identities',
      ...nodes.flatMap((node) => ['--node', node]),
      ...(options.formats ?? []).flatMap((format) => ['--format', format]),
    ));
  await define(definition);
  await build(options.nodes);
  return {
    directory,
    name,
    userKey,
    userPublicKey: (await readFile(`${userKey}.pub`, 'utf8')).trim(),
    image: (node) => join(directory, 'out', name, `${node}.img`),
    identity: async (node) =>
      JSON.parse(
        await readFile(join(directory, 'identities', name, 'nodes', `${node}.json`), 'utf8'),
      ) as StoredIdentity,
    define,
    build,
    dlimage,
    remove: async () => await rm(directory, { recursive: true, force: true }),
  };
}

async function runDlimage(cwd: string, args: readonly string[]): Promise<string> {
  const command = join(packageRoot, 'dist/cli/main.js');
  const options = { cwd, timeout: buildTimeoutMinutes * 60_000, maxBuffer: 64 * 1024 * 1024 };
  try {
    return (await promisify(execFile)(process.execPath, [command, ...args], options)).stdout;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(`dlimage ${args.join(' ')} failed in ${cwd}:\n${stderr ?? message}`, { cause: error });
  }
}
