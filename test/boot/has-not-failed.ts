import type { RunnerTask } from 'vitest';

/** True when a test, or a suite with its hooks and every test of it, has run and passed, or was skipped. */
export function hasNotFailed(task: RunnerTask): boolean {
  if (task.result?.state === 'fail') return false;
  if (task.type === 'suite') return task.tasks.every(hasNotFailed);
  return task.result?.state === 'pass' || task.mode === 'skip';
}
