import { join } from 'node:path';
import { packerBuilders, type PackerBuilder } from '../packer-variables.ts';
import { parsePackerVersion, type PackerVersion } from '../packer-version.ts';
import { HostError } from '../../../report/errors.ts';
import { readTextIfExists } from '../../../system/host/files.ts';
import type { Progress } from '../../../system/host/progress.ts';
import { runTool } from '../../../system/host/run-tool.ts';

/** A folder with a template and its variables, to be built from. */
export interface PackerRun {
  /** Private; Packer's own temporary files are put there, too. */
  readonly folder: string;
  readonly builder: PackerBuilder;
  readonly version: PackerVersion;
  /** Name of the image, for people. */
  readonly title: string;
  /** The file that the template writes the machine's serial console to. */
  readonly consoleLog: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

const shownLines = 20;
const buildSeconds = 8 * 3600;
/** Packer ends its machine first. */
const graceSeconds = 60;

/**
 * Asks Packer for its version.
 *
 * @throws HostError `packer-unknown` for one that cannot read the template
 */
export async function examinePacker(): Promise<PackerVersion> {
  const { stdout } = await runTool('packer', ['version'], {
    step: 'ask Packer for its version',
    env: quietly,
  });
  const found = parsePackerVersion(Buffer.from(stdout).toString('utf8'));
  if (found?.isKnown === true) return found;
  throw new HostError('packer-unknown', `this Packer is ${found?.version ?? 'of no known version'}`, {
    hint: 'install Packer 1.6.6 or newer',
  });
}

/** Lets Packer get its plugins, where it does not come with them, and judge the template. @throws HostError `packer-failed` */
export async function validateWithPacker(run: PackerRun): Promise<void> {
  const { builder, version, progress } = run;
  if (version.hasInit) await runPacker(run, ['init', 'plugins'], 'get the plugins of Packer', progress.note);
  await runPacker(run, ['validate', only(builder), '.'], 'check the template', () => {});
}

/** Lets Packer make the image, and tells what it does meanwhile. @throws HostError `packer-failed` with what it said last */
export async function buildByPacker(run: PackerRun): Promise<void> {
  const { builder, version, title, progress } = run;
  const task = progress.task(`${title}: Packer ${version.version}, ${packerBuilders[builder]}`);
  try {
    await runPacker(run, ['build', '-color=false', only(builder), '.'], 'make the image', (line) => {
      // Packer marks its steps; what else it prints comes from inside them.
      if (line.startsWith('==> ')) progress.note(line);
      task.line(line);
    });
    task.done();
  } catch (error) {
    task.fail();
    throw error;
  }
}

function only(builder: PackerBuilder): string {
  return `-only=${packerBuilders[builder]}`;
}

/** No question about newer versions, and no colours. */
const quietly = { CHECKPOINT_DISABLE: '1', PACKER_NO_COLOR: '1' };

async function runPacker(
  { folder, consoleLog, signal }: PackerRun,
  args: readonly string[],
  step: string,
  tell: (line: string) => void,
): Promise<void> {
  const said: string[] = [];
  const listen = (line: string): void => {
    said.push(line);
    if (said.length > shownLines) said.shift();
    tell(line);
  };
  try {
    await runTool('packer', args, {
      step,
      cwd: folder,
      timeoutSeconds: buildSeconds,
      graceSeconds,
      env: { ...quietly, PACKER_CACHE_DIR: join(folder, 'cache'), TMPDIR: folder },
      onOutputLine: listen,
      onLine: listen,
      signal,
    });
  } catch (error) {
    if (!(error instanceof HostError) || error.id !== 'tool-failed') throw error;
    const screen = (await readTextIfExists(consoleLog))?.trimEnd().split(/[\r\n]+/) ?? [];
    const console = screen.length > 0 ? ['the console of the machine:', ...screen.slice(-shownLines)] : [];
    const [commandLine = ''] = error.details;
    throw new HostError('packer-failed', error.message, {
      details: [commandLine, ...said, ...console],
      hint: 'docs/packer.md says what Packer needs, and what it may lack',
      cause: error,
    });
  }
}
