import { join } from 'node:path';
import { readBaseState } from '../../base/host/obtain/read-base-state.ts';
import type { Run } from '../../system/host/run.ts';
import type { ExaminedPlan } from '../describe-build.ts';
import type { BuildPlan } from '../plan-build.ts';
import { OutputDirectory } from './output/output-directory.ts';

/** Holds a plan against the cache and the output directory. Asks no server and writes nothing. */
export async function examinePlan(
  { bases, items }: BuildPlan,
  outputDirectory: string,
  run: Run,
): Promise<ExaminedPlan> {
  const output = await OutputDirectory.read(outputDirectory);
  const examined: ExaminedPlan['items'][number][] = [];
  for (const item of items) {
    const owner = item.kind === 'shared' ? { name: item.name } : item.node;
    const files = await output.fileStates(owner, item.formats);
    examined.push({
      item,
      files: files.map(({ name, ...file }) => ({ ...file, path: join(outputDirectory, name) })),
    });
  }
  const states: ExaminedPlan['bases'][number][] = [];
  for (const planned of bases) states.push({ planned, state: await readBaseState(planned, run) });
  return { bases: states, items: examined };
}
