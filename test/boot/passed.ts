import type { RunnerTask } from 'vitest';

/** True when a test, or every test of a suite, has run and passed. */
export function passed(task: RunnerTask): boolean {
  return task.type === 'suite' ? task.tasks.every(passed) : task.result?.state === 'pass';
}
