import { defineConfig } from 'vitest/config';

/** `quick` needs no disk image and no foreign program; `contract` and `image` need real tools; `boot` boots. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'quick',
          include: ['test/{unit,golden,errors}/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/{contract,image}/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 1_800_000,
        },
      },
      {
        test: {
          name: 'boot',
          include: ['test/boot/**/*.test.ts'],
          testTimeout: 1_800_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
