import type { WriterEvent, WriterPhase } from '../../writer-protocol.ts';

const everyMilliseconds = 200;

/** Says how far the work is, a few times a second. */
export class Reporter {
  readonly secondsByPhase: Partial<Record<WriterPhase, number>> = {};
  readonly #send: (event: WriterEvent) => void;
  #phase: WriterPhase = 'check';
  #totalBytes = 0;
  #doneBytes = 0;
  #beganAt = performance.now();
  #toldAt = 0;

  constructor(send: (event: WriterEvent) => void) {
    this.#send = send;
  }

  send(event: WriterEvent): void {
    this.#send(event);
  }

  begin(phase: WriterPhase, totalBytes: number): void {
    this.end();
    this.#phase = phase;
    this.#totalBytes = totalBytes;
    this.#doneBytes = 0;
    this.#beganAt = performance.now();
    this.#tell();
  }

  advance(bytes: number): void {
    this.#doneBytes += bytes;
    if (this.#doneBytes >= this.#totalBytes || performance.now() - this.#toldAt > everyMilliseconds)
      this.#tell();
  }

  /** Counts the time of the last phase. */
  end(): void {
    const seconds = (performance.now() - this.#beganAt) / 1000;
    this.secondsByPhase[this.#phase] = (this.secondsByPhase[this.#phase] ?? 0) + seconds;
    this.#beganAt = performance.now();
  }

  #tell(): void {
    this.#toldAt = performance.now();
    this.#send({
      event: 'progress',
      phase: this.#phase,
      doneBytes: this.#doneBytes,
      totalBytes: this.#totalBytes,
    });
  }
}
