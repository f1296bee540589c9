import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { bootsAll, canBoot, canBootCluster } from '../requirements.ts';
import { hasNotFailed } from '../has-not-failed.ts';
import {
  createClusterOfMachines,
  type ClusterOfMachines,
  type ClusterOfMachinesOptions,
} from './cluster-of-machines.ts';
import { recordFigure, printFigures, type Figures } from './figures.ts';

/** What a scenario may take, in the time of the longest before it: a node that gets two new cards takes the most. */
const roomForScenario = 1.5;

/** What the scenarios of one cluster's life have in common. */
export interface ClusterLife {
  /** The machines; there once the images are built. */
  readonly machines: () => ClusterOfMachines;
  /**
   * Something that happens to the cluster, and then facts about it. `event` returns what it measured, in seconds.
   * After a scenario that failed, those that follow fail at once: they would judge what is broken already.
   */
  scenario(title: string, event: (machines: ClusterOfMachines) => Promise<Figures>, facts: () => void): void;
}

/** A `describe` with one cluster, built before its scenarios and switched off after them. They run in order. */
export function describeCluster(
  title: string,
  options: ClusterOfMachinesOptions & {
    /** Only tried when what takes long is wanted. */
    readonly isLong?: boolean;
    /**
     * A scenario but the first is skipped, and says so, when it might end later than this after the start of all tests,
     * judged by the longest so far and unless what takes long is wanted: machines differ threefold in how fast they emulate,
     * and a CI has an hour.
     */
    readonly endsWithinMinutes?: number;
  },
  scenarios: (life: ClusterLife) => void,
): void {
  const canRun = canBootCluster() && canBoot(options.platform ?? 'pc-bios');
  describe.runIf(canRun && (bootsAll || options.isLong !== true))(title, () => {
    let cluster: ClusterOfMachines | undefined;
    let broken: string | undefined;
    let longestMinutes: number | undefined;
    const isTooLate = (): boolean => {
      const limit = options.endsWithinMinutes;
      if (bootsAll || limit === undefined || longestMinutes === undefined) return false;
      return minutesSinceStart() + longestMinutes * roomForScenario > limit;
    };
    const machines = (): ClusterOfMachines => {
      if (cluster === undefined) throw new Error('the images were not built');
      return cluster;
    };

    beforeAll(async () => {
      cluster = await createClusterOfMachines(options);
    });

    // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern which fixtures are wanted: none
    afterAll(async ({}, suite) => {
      printFigures(title);
      await cluster?.close();
      if (cluster === undefined) return;
      if (suite.tasks.every(hasNotFailed)) return await cluster.cluster.remove();
      console.error(`kept for a look: ${cluster.cluster.directory}`);
    });

    scenarios({
      machines,
      scenario: (name, event, facts) => {
        describe(name, () => {
          let isSkipped = false;
          let began = 0;
          beforeAll(async () => {
            isSkipped = isTooLate();
            if (isSkipped) return;
            began = minutesSinceStart();
            if (broken !== undefined) throw new Error(`not tried, as this failed before: ${broken}`);
            broken = name;
            recordFigure(name, await event(machines()));
            broken = undefined;
          });
          afterAll(() => {
            if (!isSkipped) longestMinutes = Math.max(longestMinutes ?? 0, minutesSinceStart() - began);
          });
          beforeEach(({ skip }) => {
            skip(isSkipped, 'no time left for this one; npm run test:boot -- --all takes it');
          });
          facts();
        });
      },
    });
  });
}

/** Since vitest read its configuration, which says when. */
function minutesSinceStart(): number {
  return (Date.now() - Date.parse(process.env['DLIMAGE_TESTS_BEGAN'] ?? '')) / 60_000;
}
