import type { Progress, Task } from '../../system/host/progress.ts';
import { formatBytes, formatSeconds } from '../../report/format-units.ts';
import { wrapText } from '../../report/wrap-text.ts';
import { formatWarning } from './format-warning.ts';

/** The part of a terminal stream that the bars need. */
export interface Terminal {
  readonly columns?: number;
  write(text: string): unknown;
}

interface RunningTask {
  readonly title: string;
  readonly total: number | undefined;
  readonly unit: 'bytes' | 'nodes' | 'packages' | undefined;
  readonly startedAt: number;
  done: number;
  lastLine: string;
}

const redrawIntervalMilliseconds = 100;
const barWidth = 24;
/** Also where a terminal says that it has no columns. */
const usualColumns = 80;

/** Progress as bars at the bottom of a terminal, one row for each running task, redrawn at most ten times a second. */
export function terminalProgress(terminal: Terminal, now: () => number = Date.now): Progress {
  const running: RunningTask[] = [];
  let drawnRows = 0;
  let lastDrawnAt = 0;

  const draw = (permanent: readonly string[], force: boolean): void => {
    if (!force && now() - lastDrawnAt < redrawIntervalMilliseconds) return;
    lastDrawnAt = now();
    const columns = Math.max(20, (terminal.columns || usualColumns) - 1);
    const erase = '\r\u001B[2K' + '\u001B[1A\u001B[2K'.repeat(drawnRows);
    const rows = running.map((task) => formatRow(task, now()).slice(0, columns));
    const kept = permanent.flatMap((line) => wrapText(line, columns));
    terminal.write(erase + [...kept, ...rows].map((row) => `${row}\n`).join(''));
    drawnRows = rows.length;
  };

  return {
    note: (text) => draw([text], true),
    warn: (warning) => draw(formatWarning(warning).split('\n'), true),
    task(title, options = {}): Task {
      const task: RunningTask = {
        title,
        total: options.total,
        unit: options.unit,
        startedAt: now(),
        done: 0,
        lastLine: '',
      };
      running.push(task);
      draw([], true);
      const end = (mark: string, summary: string): void => {
        running.splice(running.indexOf(task), 1);
        draw([`${mark} ${title}${summary} (${formatSeconds((now() - task.startedAt) / 1000)})`], true);
      };
      return {
        update(done) {
          task.done = done;
          draw([], false);
        },
        line(text) {
          task.lastLine = text;
          draw([], false);
        },
        done: (summary) => end('✓', summary === undefined ? '' : `: ${summary}`),
        fail: () => end('✗', ': failed'),
      };
    },
  };
}

function formatRow(task: RunningTask, time: number): string {
  const seconds = (time - task.startedAt) / 1000;
  if (task.total === undefined || task.total === 0) {
    return `  ${task.title} ${formatSeconds(seconds)}  ${task.lastLine}`;
  }
  const fraction = Math.min(1, task.done / task.total);
  const filled = Math.round(fraction * barWidth);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  const amount =
    task.unit === 'bytes'
      ? `${formatBytes(task.done)} of ${formatBytes(task.total)}`
      : `${task.done} of ${task.total}`;
  const left =
    fraction > 0.02 && seconds > 1 ? `, ${formatSeconds((seconds * (1 - fraction)) / fraction)} left` : '';
  return `  ${task.title} ${bar} ${Math.floor(fraction * 100)} % ${amount}${left}  ${task.lastLine}`.trimEnd();
}
