/**
 * A signal that aborts when the user presses Ctrl-C or the process is asked to end. Work stops at the next safe
 * point and removes what it has half written; pressed twice, the process ends at once.
 */
export function abortOnInterruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Not `once`: signal-exit ends the process as soon as it finds itself the only one that listens.
    process.on(signal, () => {
      const interruption = new Interruption(signal);
      if (controller.signal.aborted) process.exit(interruption.exitCode);
      controller.abort(interruption);
    });
  }
  return controller.signal;
}

/** Thrown by work that was interrupted. */
export class Interruption extends Error {
  /** Exit code by the shell's convention: 128 plus the signal's number. */
  readonly exitCode: number;

  /** @param message - what is said of it; nothing when it is empty */
  constructor(
    signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP',
    message = `interrupted by ${signal}: nothing half written was left behind`,
  ) {
    super(message);
    this.name = 'Interruption';
    this.exitCode = 128 + { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }[signal];
  }
}
