import type { Diagnostic, Position } from '../../report/diagnostic.ts';

/** Name of a value in messages, and its place. */
interface ValuePlace {
  readonly name: string;
  readonly at: Position | undefined;
}

/** Judges one text by itself; undefined when nothing is wrong with it. A JSON Schema names it as its `format`. */
export type ValueFormat = (value: string, place: ValuePlace) => Diagnostic | undefined;
