import type { WriterFailure } from '../../writer-protocol.ts';

/** Ends the writer with a failure that it tells. */
export class Failed extends Error {
  readonly failure: WriterFailure;

  constructor(failure: WriterFailure) {
    super(failure.reason);
    this.failure = failure;
  }
}
