import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  packerBuilders,
  packerSeed,
  parsePackerVersion,
  type PackerBuilder,
  type PackerVariables,
} from '../../packer/packer-variables.ts';
import { HostError } from '../../report/errors.ts';
import { packageRoot } from '../package-root.ts';
import type { Progress } from '../progress.ts';
import { runTool } from '../run-tool.ts';

/** A build of Packer. */
export interface PackerRun {
  /** Private, empty: the template and its variables are put there. */
  readonly folder: string;
  /** All but what is made in the folder. */
  readonly variables: (made: Pick<PackerVariables, 'seed' | 'ssh_private_key_file' | 'output_directory'>) => PackerVariables;
  readonly builder: PackerBuilder;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

const shownLines = 15;

/**
 * Runs `packer init` where it exists, `validate` and `build`, and returns the directory with the results.
 *
 * @throws HostError `packer-unknown` for one that cannot read the template, `packer-failed` with what Packer said last
 */
export async function runPacker(run: PackerRun): Promise<string> {
  const { folder, builder, progress, signal } = run;
  const { version, hasInit } = await examinePacker();
  const results = join(folder, 'results');
  await writeTemplate(run, results);
  const only = `-only=${packerBuilders[builder]}`;
  const task = progress.task(`Packer ${version} (${packerBuilders[builder]})`);
  try {
    if (hasInit) await packer(['init', 'plugins'], 'get its plugins');
    await packer(['validate', only, '.'], 'check the template');
    await mkdir(results);
    await packer(['build', '-color=false', '-timestamp-ui', only, '.'], 'make the image');
    task.done();
    return results;
  } catch (error) {
    task.fail();
    throw error;
  }

  async function packer(args: readonly string[], step: string): Promise<void> {
    const said: string[] = [];
    try {
      await runTool('packer', args, {
        step,
        cwd: folder,
        timeoutSeconds: 4 * 3600,
        env: { CHECKPOINT_DISABLE: '1', PACKER_CACHE_DIR: join(folder, 'cache') },
        onOutputLine: (line) => {
          said.push(line);
          task.line(line);
        },
        signal,
      });
    } catch (error) {
      if (!(error instanceof HostError) || error.id !== 'tool-failed') throw error;
      const details = [...error.details, ...said.slice(-shownLines)];
      throw new HostError('packer-failed', error.message, { details, cause: error });
    }
  }
}

async function examinePacker(): Promise<{ readonly version: string; readonly hasInit: boolean }> {
  const { stdout } = await runTool('packer', ['version'], {
    step: 'ask Packer for its version',
    env: { CHECKPOINT_DISABLE: '1' },
  });
  const found = parsePackerVersion(Buffer.from(stdout).toString('utf8'));
  if (found?.isKnown === true) return found;
  throw new HostError('packer-unknown', `this Packer is ${found?.version ?? 'of no known version'}`, {
    hint: 'install Packer 1.6.6 or newer',
  });
}

/** The template as it stands, and beside it all that differs. */
async function writeTemplate({ folder, variables }: PackerRun, results: string): Promise<void> {
  const shipped = join(packageRoot, 'packer');
  await mkdir(join(folder, 'plugins'));
  for (const name of ['dlimage.pkr.hcl', 'provision.sh', 'plugins/plugins.pkr.hcl']) {
    await copyFile(join(shipped, name), join(folder, name));
  }
  const key = join(folder, 'build_key');
  await runTool('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'dlimage packer', '-f', key], {
    step: 'make a key for Packer',
  });
  const publicKey = await readLine(`${key}.pub`);
  const { userData, metaData } = packerSeed(publicKey);
  const seed = [join(folder, 'user-data'), join(folder, 'meta-data')];
  await writeFile(seed[0]!, userData);
  await writeFile(seed[1]!, metaData);
  const made = { seed, ssh_private_key_file: key, output_directory: results };
  await writeFile(
    join(folder, 'dlimage.auto.pkrvars.json'),
    `${JSON.stringify(variables(made), null, 2)}\n`,
  );
}
