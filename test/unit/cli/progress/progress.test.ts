import { describe, expect, it } from 'vitest';
import { jsonProgress } from '../../../../builder/cli/progress/json-progress.ts';
import { plainProgress } from '../../../../builder/cli/progress/plain-progress.ts';
import { quietProgress } from '../../../../builder/cli/progress/quiet-progress.ts';
import { terminalProgress } from '../../../../builder/cli/progress/terminal-progress.ts';

function clock(): { now: () => number; advance: (milliseconds: number) => void } {
  let time = 1_000_000;
  return { now: () => time, advance: (milliseconds) => (time += milliseconds) };
}

describe('plainProgress', () => {
  it('says when a task starts and how long it took, and nothing between', () => {
    const lines: string[] = [];
    const { now, advance } = clock();
    const task = plainProgress((line) => lines.push(line), now).task('Write pi3-1.img', {
      total: 2048,
      unit: 'bytes',
    });
    task.update(1024);
    advance(3200);
    task.done();
    expect(lines).toEqual(['Write pi3-1.img (2.0 KiB) ...', 'Write pi3-1.img: done after 3.2 s']);
  });
});

describe('plainProgress in long work', () => {
  it('says every half minute how far it is and what is done', () => {
    const lines: string[] = [];
    const { now, advance } = clock();
    const task = plainProgress((line) => lines.push(line), now).task('Base: install packages');
    task.line('Setting up a');
    advance(31_000);
    task.line('Setting up b');
    task.line('Setting up c');
    const write = plainProgress((line) => lines.push(line), now).task('Write', {
      total: 4096,
      unit: 'bytes',
    });
    advance(40_000);
    write.update(1024);
    expect(lines).toEqual([
      'Base: install packages ...',
      'Base: install packages: 31 s: Setting up b',
      'Write (4.0 KiB) ...',
      'Write: 40 s, 1.0 KiB of 4.0 KiB',
    ]);
  });
});

describe('quietProgress', () => {
  it('keeps warnings, with id and hint', () => {
    const lines: string[] = [];
    const progress = quietProgress((line) => lines.push(line));
    progress.note('never mind');
    progress.task('work').done();
    progress.warn({
      severity: 'warning',
      id: 'docker-api-too-new',
      message: 'old',
      hint: 'take a newer one',
    });
    expect(lines).toEqual(['warning: old [docker-api-too-new]\n  hint: take a newer one']);
  });
});

describe('jsonProgress', () => {
  it('gives every task a number and at most four updates a second', () => {
    const events: unknown[] = [];
    const { now, advance } = clock();
    const progress = jsonProgress((line) => events.push(JSON.parse(line)), now);
    const first = progress.task('a', { total: 10, unit: 'nodes' });
    const second = progress.task('b');
    first.update(1);
    first.update(2);
    advance(300);
    first.update(3);
    second.fail();
    first.done('10 new');
    expect(events).toEqual([
      { event: 'task-start', task: 1, title: 'a', total: 10, unit: 'nodes' },
      { event: 'task-start', task: 2, title: 'b' },
      { event: 'task-update', task: 1, done: 1 },
      { event: 'task-update', task: 1, done: 3 },
      { event: 'task-failed', task: 2 },
      { event: 'task-done', task: 1, summary: '10 new' },
    ]);
  });
});

describe('terminalProgress', () => {
  it('draws a bar with bytes and time left, and keeps a line when the task ends', () => {
    let screen = '';
    const { now, advance } = clock();
    const terminal = { columns: 100, write: (text: string) => (screen += text) };
    const task = terminalProgress(terminal, now).task('Write pi3-1.img', { total: 4096, unit: 'bytes' });
    advance(2000);
    task.update(1024);
    expect(screen).toContain('Write pi3-1.img ██████░░░░░░░░░░░░░░░░░░ 25 % 1.0 KiB of 4.0 KiB, 6.0 s left');
    screen = '';
    advance(6000);
    task.done();
    expect(screen).toContain('✓ Write pi3-1.img (8.0 s)');
    expect(screen.startsWith('\r\u001B[2K\u001B[1A')).toBe(true);
  });

  it('never writes a row wider than the terminal', () => {
    const rows: string[] = [];
    const terminal = { columns: 40, write: (text: string) => rows.push(...text.split('\n')) };
    terminalProgress(terminal)
      .task('A title that is much longer than the terminal is wide', { total: 5 })
      .update(3);
    // oxlint-disable-next-line no-control-regex
    const visible = rows.map((row) => row.replaceAll(/\r|\u001B\[\d*[A-Z]/g, ''));
    expect(Math.max(...visible.map((row) => row.length))).toBe(39);
  });
});
