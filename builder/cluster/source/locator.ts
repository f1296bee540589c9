import type { Position } from '../../report/diagnostic.ts';
import type { DefinitionPath } from './definition-path.ts';

/** Knows where in a source text every key and value of the parsed tree was written. */
export interface Locator {
  /** Place of the value at `path`; when it was not written, of the nearest thing around it that was. */
  readonly value: (path: DefinitionPath) => Position | undefined;
  /** Place of the key at the end of `path`, or of the value where there is no key (a list item, the document). */
  readonly key: (path: DefinitionPath) => Position | undefined;
  /** The characters of a scalar exactly as written, without quotes taken off: `0644`, `"yes"`. */
  readonly text: (path: DefinitionPath) => string | undefined;
  /** What to call the value in a message: `network.subnet`, or `--subnet` when it came from a flag. */
  readonly name: (path: DefinitionPath) => string;
  /** True when something was written at exactly this path. */
  readonly has: (path: DefinitionPath) => boolean;
}
