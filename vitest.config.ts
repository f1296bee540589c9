import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { CountReporter } from './test/count-reporter.ts';

/**
 * Test files of `quick` share a process and its modules (`isolate: false`): loading them anew for each file took longer
 * than the tests. They replace no module and leave no state behind.
 *
 * `quick` needs no disk image and no foreign program; `contract` needs real programs and images; `boot-*` boot.
 */
export default defineConfig({
  test: {
    reporters: ['default', new CountReporter()],
    projects: [
      {
        test: {
          name: 'quick-unit',
          include: ['test/unit/**/*.test.ts'],
          setupFiles: ['test/unit/no-effects.ts'],
          testTimeout: 30_000,
          isolate: false,
        },
      },
      {
        test: {
          name: 'quick-examples',
          include: ['test/{golden,errors}/**/*.test.ts'],
          testTimeout: 30_000,
          isolate: false,
        },
      },
      {
        test: {
          name: 'contract',
          sequence: { groupOrder: 1 },
          include: ['test/{contract,image}/**/*.test.ts'],
          // Several times what the slowest needs: a busy machine is no failure.
          testTimeout: 600_000,
          hookTimeout: 1_800_000,
          // Vitest leaves one core free; of two, as CI has, that is half of them.
          maxWorkers: Math.max(2, availableParallelism() - 1),
        },
      },
      {
        test: {
          name: 'boot-nodes',
          sequence: { groupOrder: 2 },
          include: ['test/boot/*.test.ts'],
          testTimeout: 3_600_000,
          hookTimeout: 3_600_000,
          // A machine keeps one core busy.
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'boot-clusters',
          env: { DLIMAGE_TESTS_BEGAN: new Date().toISOString() },
          sequence: { groupOrder: 3 },
          include: ['test/boot/{cluster,chaos,stand-ins,vagrant}/*.test.ts'],
          testTimeout: 3_600_000,
          hookTimeout: 3_600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
