import type { Progress, Task } from '../../system/host/progress.ts';

const updateIntervalMilliseconds = 250;

/**
 * Progress as events, one JSON object a line: `task-start`, `task-update` (at most four a second),
 * `task-line`, `task-done`, `task-failed`, `note`, `warning`. A task keeps its number from start to end.
 */
export function jsonProgress(write: (line: string) => void, now: () => number = Date.now): Progress {
  let lastTask = 0;
  const emit = (event: Record<string, unknown>): void => write(JSON.stringify(event));
  return {
    note: (text) => emit({ event: 'note', text }),
    warn: ({ id, message, hint }) => emit({ event: 'warning', id, message, hint }),
    task(title, options = {}): Task {
      const task = ++lastTask;
      let lastUpdateAt = 0;
      emit({ event: 'task-start', task, title, ...options });
      return {
        update(done) {
          if (now() - lastUpdateAt < updateIntervalMilliseconds) return;
          lastUpdateAt = now();
          emit({ event: 'task-update', task, done });
        },
        line: (text) => emit({ event: 'task-line', task, text }),
        done: (summary) => emit({ event: 'task-done', task, ...(summary === undefined ? {} : { summary }) }),
        fail: () => emit({ event: 'task-failed', task }),
      };
    },
  };
}
