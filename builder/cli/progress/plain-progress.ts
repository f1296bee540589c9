import type { Progress, Task } from '../../host/progress.ts';
import { formatBytes, formatSeconds } from '../../report/format-units.ts';
import { formatWarning } from './format-warning.ts';

/** Progress as plain lines, for logs and pipes: one line when a task starts and one when it ends. */
export function plainProgress(write: (line: string) => void, now: () => number = Date.now): Progress {
  return {
    note: (text) => write(text),
    warn: (warning) => write(formatWarning(warning)),
    task(title, options = {}): Task {
      const startedAt = now();
      const size =
        options.total !== undefined && options.unit === 'bytes' ? ` (${formatBytes(options.total)})` : '';
      write(`${title}${size} ...`);
      const end = (what: string): void =>
        write(`${title}: ${what} after ${formatSeconds((now() - startedAt) / 1000)}`);
      return {
        update() {},
        line() {},
        done: (summary) => end(summary ?? 'done'),
        fail: () => end('failed'),
      };
    },
  };
}
