import type { Progress, Task } from '../../system/host/progress.ts';

/** Progress of a build, in bytes of whole images, since four nodes alone would be a bar of four steps. */
export interface BuildProgress {
  /** Says that an item is so far, in bytes of its uncompressed image. */
  update(name: string, doneBytes: number): void;
  /** Says that an item is done. */
  finish(name: string): void;
  /** The item that is being worked on. */
  line(text: string): void;
  done(): void;
  fail(): void;
}

/** An item to be built: its name, and the size of its image; 0 for a seed, which takes no time. */
export interface ExpectedItem {
  readonly name: string;
  readonly sizeBytes: number;
}

/** Begins the task that shows how far a build is. */
export function followBuild(
  progress: Progress,
  title: string,
  items: readonly ExpectedItem[],
): BuildProgress {
  const sizes = new Map(items.map(({ name, sizeBytes }) => [name, sizeBytes]));
  const total = items.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const task: Task = progress.task(title, { total, unit: 'bytes' });
  const done = new Map<string, number>();
  const update = (name: string, doneBytes: number): void => {
    done.set(name, Math.min(doneBytes, sizes.get(name) ?? 0));
    task.update([...done.values()].reduce((sum, bytes) => sum + bytes, 0));
  };
  return {
    update,
    finish: (name) => update(name, Infinity),
    line: (text) => task.line(text),
    done: () => task.done(),
    fail: () => task.fail(),
  };
}
