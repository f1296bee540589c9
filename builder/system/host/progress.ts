import type { Diagnostic } from '../../report/diagnostic.ts';

/** One piece of long work. `total` and `done` are in `unit`; a task without a total only has a start and an end. */
export interface Task {
  update(done: number): void;
  /** A line worth showing while the work goes on, such as the program's own last line. */
  line(text: string): void;
  done(summary?: string): void;
  fail(): void;
}

/** Reports long work: to a terminal, as plain lines, as JSON events, or nowhere. */
export interface Progress {
  task(title: string, options?: { total?: number; unit?: 'bytes' | 'nodes' | 'packages' }): Task;
  note(text: string): void;
  /** A warning about the definition that could not be known before the work began: `--quiet` and `--json` keep it. */
  warn(warning: Diagnostic): void;
}

/** Progress that goes nowhere: for tests. */
export const silentProgress: Progress = {
  task: () => ({ update() {}, line() {}, done() {}, fail() {} }),
  note() {},
  warn() {},
};
