/** A variable that a text names: `${NAME}`, `${NAME:-default}`, `$NAME`. */
export interface VariableUse {
  readonly name: string;
  /** Its place in the text, in UTF-16 code units. */
  readonly offset: number;
  /** The whole expression: `${NAME:?why}`. */
  readonly written: string;
  /** The value that was filled in; undefined when there is none, or none that may be taken. */
  readonly value: string | undefined;
  /** It has no default: without a value the text cannot be finished. */
  readonly isRequired: boolean;
  /** Message for a missing value, behind `?`. */
  readonly reason: string;
}

/** A text with its variables filled in. */
export interface FilledText {
  /** `$$` is `$` here. */
  readonly text: string;
  readonly uses: readonly VariableUse[];
  /** Offsets of every `$` that begins nothing. */
  readonly malformed: readonly number[];
}

/** Finds the value of a variable; undefined when it has none. */
export type VariableLookup = (name: string) => string | undefined;

const variable = /\$(?:(\$)|([_a-z][_a-z0-9]*(?::?[-?][^}]*)?)|\{([_a-z][_a-z0-9]*(?::?[-?][^}]*)?)\}|)/gi;

/**
 * Fills in the variables of a value as `docker stack deploy` does: `:-` takes the default for an empty value as well,
 * `-` only for a missing one, `:?` and `?` insist on one in the same way.
 *
 * The first operator counts. Docker's own takes `${A:?not-set}` for a default, because of its hyphen.
 * Source: docker/cli, cli/compose/template.
 */
export function fillVariables(text: string, lookUp: VariableLookup): FilledText {
  const uses: VariableUse[] = [];
  const malformed: number[] = [];
  const filled = text.replaceAll(variable, (written: string, ...groups: unknown[]) => {
    const [escaped, plain, braced, offset] = groups as [string?, string?, string?, number?];
    if (escaped !== undefined) return '$';
    const expression = plain ?? braced;
    // A default inside a default is not a variable to Docker: it ends at the first }.
    if (expression === undefined || expression.includes('${')) {
      malformed.push(offset ?? 0);
      return '';
    }
    const use = { ...resolveUse(expression, lookUp), offset: offset ?? 0, written };
    uses.push(use);
    return use.value ?? '';
  });
  return { text: filled, uses, malformed };
}

function resolveUse(expression: string, lookUp: VariableLookup): Omit<VariableUse, 'offset' | 'written'> {
  const [, name = '', colon = '', operator = '', rest = ''] =
    /^(\w+)(?:(:?)([-?])([\s\S]*))?$/.exec(expression) ?? [];
  const found = lookUp(name);
  const value = found === '' && colon !== '' ? undefined : found;
  if (operator === '-') return { name, value: value ?? rest, isRequired: false, reason: '' };
  return { name, value, isRequired: true, reason: operator === '?' ? rest : '' };
}
