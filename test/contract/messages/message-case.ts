/** One way to get one message of the host: what is the matter, and how it is brought about for real. */
export interface MessageCase {
  /** The situation in one sentence for the reader of `docs/messages.md`. */
  readonly when: string;
  /**
   * Brings it about and throws, or rejects with, the message. `directory` is a private one that is removed afterwards;
   * a `PATH` that begins with `directory/bin` is in force, for programs that behave as the case needs.
   */
  readonly provoke: (directory: string) => unknown;
  /** Parts of the text that differ between machines, and what stands for them in what is expected. */
  readonly varies?: readonly (readonly [RegExp, string])[];
}

/** Cases by name: the id of the message (`usage` for those that have none), a dot, and what sets the case apart. */
export type MessageCases = Readonly<Record<`${string}.${string}`, MessageCase>>;
