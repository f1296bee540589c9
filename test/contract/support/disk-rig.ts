import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../image/support/programs.ts';
import { makeScratch } from '../../image/support/test-image.ts';

const mebibyte = 1024 * 1024;

/** Real block devices for a test: loop devices that stand for cards, and what people do with them. All of it is taken back. */
export interface DiskRig {
  /** A folder of its own, on the disk of the system. */
  readonly scratch: string;
  /** A sparse file of this size. */
  file(name: string, sizeBytes: number): string;
  /** Attaches a file, or a device, as a loop device. */
  attach(file: string, options?: readonly string[]): string;
  detach(device: string): void;
  /** A card with one ext4 partition, that nobody uses. */
  card(name: string): { readonly disk: string; readonly partition: string };
  /** Tells the kernel of partitions of a table in place: not every kernel reads tables. */
  addPartitions(disk: string): void;
  /** A folder to mount at, below another one. */
  folder(parent: string): string;
  mount(what: string, where: string, options?: readonly string[]): void;
  unmount(where: string, options?: readonly string[]): void;
  swapOn(path: string): void;
  /** A process that stays until the end; it says `ready` before this returns. */
  start(program: string, args: readonly string[], cwd?: string): Promise<ChildProcess>;
  /** What else has to be taken back: the last first. */
  onCleanUp(undo: () => void): void;
  cleanUp(): void;
}

/** Makes a rig. Whoever makes one calls `cleanUp`, also when the test fails. */
export function makeDiskRig(): DiskRig {
  const scratch = makeScratch();
  const attached = new Set<string>();
  const undo: (() => void)[] = [() => scratch.cleanUp()];
  const rig: DiskRig = {
    scratch: scratch.path,
    file(name, sizeBytes) {
      const path = join(scratch.path, name);
      writeFileSync(path, '');
      truncateSync(path, sizeBytes);
      return path;
    },
    attach(file, options = []) {
      const device = run('losetup', ['--find', '--show', ...options, file])
        .toString()
        .trim();
      attached.add(device);
      undo.push(() => rig.detach(device));
      return device;
    },
    detach(device) {
      if (attached.has(device)) run('losetup', ['--detach', device]);
      attached.delete(device);
    },
    card(name) {
      const file = rig.file(name, 32 * mebibyte);
      run('sfdisk', ['-q', file], 'label: dos\nstart=2048,type=83\n');
      const disk = rig.attach(file);
      rig.addPartitions(disk);
      const partition = `${disk}p1`;
      run('mke2fs', ['-q', '-F', '-t', 'ext4', '-L', 'photos', partition]);
      return { disk, partition };
    },
    addPartitions(disk) {
      run('partx', ['--add', disk]);
      undo.push(() => run('partx', ['--delete', disk]));
    },
    folder(parent) {
      mkdirSync(parent, { recursive: true });
      const path = mkdtempSync(join(parent, 'dlimage-test-'));
      undo.push(() => rmSync(path, { recursive: true, force: true }));
      return path;
    },
    mount(what, where, options = []) {
      run('mount', [...options, what, where]);
      undo.push(() => {
        // The test may have unmounted it.
        if (isMounted(where)) run('umount', [where]);
      });
    },
    unmount(where, options = []) {
      run('umount', [...options, where]);
    },
    swapOn(path) {
      run('mkswap', ['-q', path]);
      run('swapon', [path]);
      undo.push(() => {
        if (run('swapon', ['--show=NAME', '--noheadings']).toString().split('\n').includes(path))
          run('swapoff', [path]);
      });
    },
    async start(program, args, cwd = '/') {
      const child = spawn(program, args, { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
      undo.push(() => {
        if (child.pid !== undefined && child.exitCode === null) child.kill('SIGKILL');
        waitWhile(() => isRunning(child));
      });
      await once(child.stdout, 'data');
      return child;
    },
    onCleanUp(action) {
      undo.push(action);
    },
    cleanUp() {
      const failures: unknown[] = [];
      for (const action of undo.toReversed()) {
        try {
          withPatience(action);
        } catch (error) {
          failures.push(error);
        }
      }
      undo.length = 0;
      if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n'));
    },
  };
  return rig;
}

/** Ends a process, and returns when the kernel has taken back what it held. */
export function end(child: ChildProcess): void {
  child.kill('SIGKILL');
  waitWhile(() => isRunning(child));
}

/** The kernel gives back what a process held a little after its end. */
function withPatience(action: () => void): void {
  for (let tries = 0; ; tries += 1) {
    try {
      action();
      return;
    } catch (error) {
      if (tries === 20) throw error;
      run('sleep', ['0.1']);
    }
  }
}

function isMounted(where: string): boolean {
  try {
    run('findmnt', ['--mountpoint', where]);
    return true;
  } catch {
    return false;
  }
}

/** A process that has ended holds nothing any more, though nobody has asked for its exit code. */
function isRunning({ pid }: ChildProcess): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(run('cat', [`/proc/${pid}/stat`]).toString());
  } catch {
    return false;
  }
}

function waitWhile(isSo: () => boolean): void {
  for (let tries = 0; isSo(); tries += 1) {
    if (tries > 100) throw new Error('a process does not end');
    run('sleep', ['0.05']);
  }
}
