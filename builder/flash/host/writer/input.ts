import type { Readable } from 'node:stream';
import { Failed } from './failed.ts';

/** What may wait in memory until it is asked for. */
const queueBytes = 1024 * 1024;
const lineLimitBytes = 64 * 1024 * 1024;

/** The bytes that the parent sends. Their end, at whatever moment, means that the parent is gone or has given up. */
export class Input {
  readonly #stream: Readable;
  readonly #queue: Buffer[] = [];
  #queuedBytes = 0;
  #isOver = false;
  #wake: () => void = () => undefined;

  constructor(stream: Readable) {
    this.#stream = stream;
    stream.on('data', (piece: Buffer) => {
      this.#queue.push(piece);
      this.#queuedBytes += piece.length;
      if (this.#queuedBytes >= queueBytes) stream.pause();
      this.#wake();
    });
    for (const event of ['end', 'error', 'close']) stream.on(event, () => this.stop());
  }

  /** From now on everything that asks for more, or whether to go on, ends. */
  stop(): void {
    this.#isOver = true;
    this.#wake();
  }

  /** @throws Failed `interrupted` */
  throwIfStopped(): void {
    if (this.#isOver) throw new Failed({ reason: 'interrupted' });
  }

  close(): void {
    this.#stream.destroy();
  }

  /** The text up to the next line feed. */
  async line(): Promise<string> {
    const parts: Buffer[] = [];
    for (let length = 0; length < lineLimitBytes;) {
      const piece = await this.#next();
      const end = piece.indexOf(10);
      const part = end < 0 ? piece : piece.subarray(0, end);
      parts.push(part);
      length += part.length;
      if (end < 0) continue;
      this.#putBack(piece.subarray(end + 1));
      return Buffer.concat(parts).toString('utf8');
    }
    throw new Failed({ reason: 'header', text: 'too long' });
  }

  /** Fills all of a buffer. */
  async fill(target: Buffer): Promise<void> {
    for (let done = 0; done < target.length;) {
      const piece = await this.#next();
      const taken = piece.copy(target, done);
      done += taken;
      this.#putBack(piece.subarray(taken));
    }
  }

  async #next(): Promise<Buffer> {
    for (;;) {
      this.throwIfStopped();
      const piece = this.#queue.shift();
      if (piece !== undefined) {
        this.#queuedBytes -= piece.length;
        if (this.#queuedBytes < queueBytes) this.#stream.resume();
        return piece;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #putBack(rest: Buffer): void {
    if (rest.length === 0) return;
    this.#queue.unshift(rest);
    this.#queuedBytes += rest.length;
  }
}
