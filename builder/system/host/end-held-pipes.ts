import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

/** A pipe that gave nothing for so long after the end of its program is held by a process that was left behind. */
const patienceSeconds = 5;

/**
 * Ends the output of a program that has ended itself but left a process behind, which holds the pipes open. Nobody
 * else ends them: `unshare --map-auto` leaves such a process for ever where the kernel refuses user namespaces.
 * What the program wrote is kept, also when it is read slowly.
 */
export function endHeldPipes(child: ChildProcess): void {
  child.once('exit', () => {
    child.stdin?.destroy();
    for (const output of [child.stdout, child.stderr]) {
      // Most pipes are closed before their program has been seen to end.
      if (output !== null && !output.closed) endWhenIdle(output);
    }
  });
}

function endWhenIdle(output: Readable): void {
  let hasGiven = false;
  const notice = (): void => {
    hasGiven = true;
  };
  const timer = setInterval(() => {
    // A timer can come before data that waits since the last turn: read first, then judge.
    setImmediate(() => {
      if (hasGiven || output.readableLength > 0) hasGiven = false;
      else if (!output.readableEnded) output.push(null);
    });
  }, patienceSeconds * 1000);
  output.on('data', notice);
  output.once('close', () => clearInterval(timer));
}
