import type { Diagnostic, Position } from '../../report/diagnostic.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import {
  readStacks,
  type ComposeFile,
  type ParsedCompose,
  type WrittenStack,
} from '../stacks/written-stack.ts';
import type { RuleContext } from './rule.ts';

/** A compose file that is YAML, with the stack that it belongs to. */
export interface ComposedFile extends ComposeFile {
  readonly stack: WrittenStack;
  readonly compose: ParsedCompose;
}

/** The stacks of a definition. */
export function stacksOf({ written, lookUp, environment }: RuleContext): WrittenStack[] {
  return readStacks(written.stacks, lookUp, environment);
}

/** The compose files of all stacks that are YAML; one that two stacks share comes once for each. */
export function composedFiles(context: RuleContext): ComposedFile[] {
  return stacksOf(context).flatMap((stack) =>
    stack.files.flatMap((one) =>
      one.compose === undefined ? [] : [{ ...one, stack, compose: one.compose }],
    ),
  );
}

/** Place of a value in a compose file. */
export function placeOf({ compose }: ComposedFile, path: DefinitionPath): Position | undefined {
  return compose.locator.value(path);
}

/** True when a value can be judged: one whose variable has no value, or is none, says nothing. */
export function isFilled({ compose }: ComposedFile, path: DefinitionPath): boolean {
  const place = JSON.stringify(path);
  if (compose.filled.malformed.some((one) => JSON.stringify(one) === place)) return false;
  return !compose.filled.variables.some(
    (variable) =>
      variable.value === undefined && variable.isRequired && JSON.stringify(variable.path) === place,
  );
}

/** The docker versions of the nodes' bases; `undefined` for one that only an image is known of. */
export function dockersOf({ cluster }: RuleContext): (string | undefined)[] {
  const versions = cluster.nodes.map(({ base }) =>
    base.from === 'definition' ? base.definition.software.docker : undefined,
  );
  return [...new Set(versions)];
}

/** Leaves out what was said before at the same place: two stacks may share a compose file. */
export function* once(found: Iterable<Diagnostic>): Iterable<Diagnostic> {
  const told = new Set<string>();
  for (const diagnostic of found) {
    const key = JSON.stringify([diagnostic.id, diagnostic.at, diagnostic.message]);
    if (!told.has(key)) yield diagnostic;
    told.add(key);
  }
}
