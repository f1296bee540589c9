import type { Task } from '../../system/host/progress.ts';
import { archiveKeyring } from '../../system/host/tools/build-tools.ts';
import { readAptTransport, readDebianMirror } from './debian-mirror.ts';
import type { BaseRequest } from '../base-request.ts';
import type { Run } from '../../system/host/run.ts';
import { runInNamespace } from '../../system/host/namespace.ts';
import { proxyEnvironment } from '../../system/host/proxy-environment.ts';

/** Options for building a base. */
export interface BuildBaseOptions extends Run {
  /** True leaves out the archive of security updates: for images that are only looked at. */
  readonly isWithoutSecurity?: boolean;
}

/** Build scripts that run while packages are installed, and what they are told. */
export interface BuildHooks {
  readonly extract?: string;
  /** A shell command that runs after the script of `extract`, with the tree as `$1`. */
  readonly afterExtract?: string;
  readonly customize?: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A tree to be made from packages. */
export interface TreeRequest {
  readonly suite: string;
  readonly components: readonly string[];
  readonly architecture: string;
  /** `minbase`: essential packages and apt beside the named ones; `extract`: unpack the named ones and run nothing. */
  readonly variant: 'minbase' | 'extract';
  readonly packages: readonly string[];
  readonly directory: string;
  /** mmdebstrap's own hooks, by directory name. */
  readonly ownHooks: readonly string[];
  /** Directory of the scripts that the hooks name. */
  readonly scripts: string;
  readonly hooks: BuildHooks;
}

/**
 * Makes a tree with mmdebstrap, from packages whose signatures are checked against Debian's own keys.
 *
 * @throws HostError `mirror-unknown`, `namespace-unavailable`, `tool-failed`.
 */
export async function runMmdebstrap(
  request: TreeRequest,
  options: BuildBaseOptions,
  task: Task,
): Promise<void> {
  const sources = await sourceLines(request, options);
  const args = [
    '--mode=root',
    '--format=directory',
    `--variant=${request.variant}`,
    `--architectures=${request.architecture}`,
    `--include=${request.packages.join(',')}`,
    '--verbose',
    ...(await readAptTransport()).map((line) => `--aptopt=${line}`),
    '--dpkgopt=force-unsafe-io',
    '--dpkgopt=force-confold',
    ...request.ownHooks.map((name) => `--hook-directory=/usr/share/mmdebstrap/hooks/${name}`),
    ...hookOption('extract', request.hooks.extract),
    ...(request.hooks.afterExtract === undefined ? [] : [`--extract-hook=${request.hooks.afterExtract}`]),
    ...hookOption('customize', request.hooks.customize),
    request.suite,
    request.directory,
    ...sources,
  ];
  await runInNamespace('mmdebstrap', args, {
    step: `install the packages of ${request.suite}`,
    timeoutSeconds: 4 * 3600,
    env: { ...proxyEnvironment(), DLIMAGE_SCRIPTS: request.scripts, ...request.hooks.env },
    onLine: followPackages(task),
    signal: options.signal,
  });
}

/** Packages of a base for its target: the definition's, without those that the architecture lacks, and the user's. */
export function basePackages(request: BaseRequest): string[] {
  const target = request.definition.platforms[`${request.platform}-${request.architecture}`];
  const excluded = new Set(target?.exclude_packages);
  const common = request.definition.build.packages.filter((name) => !excluded.has(name));
  return [...new Set([...common, ...(target?.packages ?? []), ...request.extraPackages])].toSorted();
}

/** mmdebstrap gives a hook to a shell and adds the path of the tree as its first argument. */
function hookOption(kind: 'extract' | 'customize', script: string | undefined): string[] {
  return script === undefined ? [] : [`--${kind}-hook=sh "$DLIMAGE_SCRIPTS/${script}" "$1"`];
}

async function sourceLines(request: TreeRequest, options: BuildBaseOptions): Promise<string[]> {
  const { suite } = request;
  const mirror = await readDebianMirror(options.mirror);
  const line = (uri: string, name: string): string =>
    `deb [signed-by=${archiveKeyring}] ${uri} ${name} ${request.components.join(' ')}`;
  const lines = [line(mirror.main, suite), line(mirror.main, `${suite}-updates`)];
  if (options.isWithoutSecurity === true) return lines;
  if (mirror.security === undefined) {
    options.progress.note('security updates are left out: this machine has no mirror of them configured');
  } else {
    lines.push(line(mirror.security, `${suite}-security`));
  }
  return lines;
}

/** Turns the words of apt and dpkg into progress: a package counts when it is configured. */
function followPackages(task: Task): (line: string) => void {
  let configured = 0;
  return (line) => {
    const step = /^I: (.*)$/.exec(line)?.[1];
    if (step !== undefined) task.line(step);
    if (line.startsWith('Setting up ')) {
      configured++;
      task.update(configured);
      task.line(line.replace(/ \.\.\.$/, ''));
    }
  };
}
