import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CliResult } from '../../support/run-cli.ts';
import type { CommandLine } from './command-line.ts';
import { expectedMessages, possibleMessages, type ImagePlan } from './image-plan.ts';
import { judgeImage } from './judge-image.ts';
import { makeImage } from './make-image.ts';
import { packImage } from './pack.ts';
import { keepForReading } from './read-seed.ts';

/** What became of an image. */
export interface Trial {
  readonly plan: ImagePlan;
  /** `built`, or the id of the message that refused it. */
  readonly outcome: string;
  /** What is wrong with that; empty when all is well. */
  readonly wrong: readonly string[];
  /** What dlimage said. */
  readonly said: string;
}

/** A place where images are tried, with a project whose only node is `m-1`. */
export interface Bench {
  readonly directory: string;
  readonly commandLine: CommandLine;
  /** What the node gets, as folders. */
  readonly rendered: string;
}

/** The image of a trial is always at the same place: the definition stays that of the last build. */
export const definitionFlags: readonly string[] = [
  ...['--vip', 'none', '--profile', 'x86', '--count', '1', '--name', 'm', '--base', './image'],
  ...['--subnet', '192.0.2.0/24'],
];

/** Of so many images one is verified by dlimage, too. */
const verifyEach = 5;

/**
 * Makes an image, builds a node of it, and holds what came of it against what was put in. Of one that was built as it
 * should be, the root filesystem is left as `trees/SEED/root`, to be read by cloud-init.
 */
export async function tryImage(
  { directory, commandLine, rendered }: Bench,
  plan: ImagePlan,
  trees: string,
): Promise<Trial> {
  const scratch = join(directory, 'trial');
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch);
  const made = makeImage(plan, scratch);
  renameSync(packImage(plan.container, made.path), join(directory, 'image'));
  const out = join(scratch, 'out');
  const places = ['--cache', join(scratch, 'cache'), '--out', out];
  const result = await commandLine.run(directory, ['build', ...definitionFlags, ...places, '--quiet']);
  const { outcome, wrong } = judgeOutcome(plan, result);
  if (outcome === 'built' && wrong.length === 0) {
    const tree = join(trees, String(plan.seed));
    wrong.push(...judgeImage(plan, { made, path: join(out, 'm-1.img'), rendered, root: join(tree, 'root') }));
    if (plan.seed % verifyEach === 0) {
      const verified = await commandLine.run(directory, ['verify', out]);
      if (verified.exitCode !== 0) wrong.push(`verify: ${verified.stdout}${verified.stderr}`);
    }
    if (wrong.length === 0) keepForReading(plan, made.bootFiles, trees);
    else rmSync(tree, { recursive: true, force: true });
  }
  return { plan, outcome, wrong, said: result.stderr };
}

function judgeOutcome(
  plan: ImagePlan,
  { exitCode, stderr }: CliResult,
): { outcome: string; wrong: string[] } {
  const expected = expectedMessages(plan);
  const wanted = expected.join(' or ') || 'built';
  const wrong = /\/cache\/|base\.img|step-\d/.test(stderr) ? ['a file of the cache is named'] : [];
  if (exitCode === 0)
    return { outcome: 'built', wrong: expected.length === 0 ? wrong : [...wrong, `built, not ${wanted}`] };
  const ids = [...stderr.matchAll(/^(?:\S+: )?error: .*\[([a-z-]+)\]$/gm)].map(([, id = '']) => id);
  if (exitCode !== 1 && exitCode !== 3) wrong.push(`exit code ${exitCode}`);
  if (!ids.some((id) => [...expected, ...possibleMessages(plan)].includes(id)))
    wrong.push(`refused, not ${wanted}`);
  return { outcome: ids[0] ?? `exit code ${exitCode}`, wrong };
}
