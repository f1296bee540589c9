import type { Progress, Task } from '../../system/host/progress.ts';
import { formatBytes, formatSeconds } from '../../report/format-units.ts';
import { formatWarning } from './format-warning.ts';

const silenceMilliseconds = 30_000;

/**
 * Progress as plain lines, for logs and pipes: one line when a task starts, one when it ends, and one every half minute
 * between, so that long work does not look dead.
 */
export function plainProgress(write: (line: string) => void, now: () => number = Date.now): Progress {
  return {
    note: (text) => write(text),
    warn: (warning) => write(formatWarning(warning)),
    task(title, options = {}): Task {
      const startedAt = now();
      let toldAt = startedAt;
      let doneUnits = 0;
      let lastLine = '';
      const tell = (): void => {
        if (now() - toldAt < silenceMilliseconds) return;
        toldAt = now();
        const far = options.total === undefined ? '' : `, ${amount(doneUnits, options)}`;
        const what = lastLine === '' ? '' : `: ${lastLine}`;
        write(`${title}: ${formatSeconds((toldAt - startedAt) / 1000)}${far}${what}`);
      };
      const size =
        options.total !== undefined && options.unit === 'bytes' ? ` (${formatBytes(options.total)})` : '';
      write(`${title}${size} ...`);
      const end = (what: string): void =>
        write(`${title}: ${what} after ${formatSeconds((now() - startedAt) / 1000)}`);
      return {
        update(done) {
          doneUnits = done;
          tell();
        },
        line(text) {
          lastLine = text;
          tell();
        },
        done: (summary) => end(summary ?? 'done'),
        fail: () => end('failed'),
      };
    },
  };
}

function amount(done: number, { total = 0, unit }: { total?: number; unit?: string }): string {
  return unit === 'bytes' ? `${formatBytes(done)} of ${formatBytes(total)}` : `${done} of ${total}`;
}
