import { defineConfig } from 'vitest/config';

/** For the run that `no-orphans.test.ts` starts and kills. */
export default defineConfig({
  test: { root: import.meta.dirname, include: ['hold-a-lan.case.ts'], testTimeout: 120_000 },
});
