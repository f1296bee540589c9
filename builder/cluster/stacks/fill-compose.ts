import type { DefinitionPath } from '../source/definition-path.ts';
import { isMapping } from '../source/is-mapping.ts';
import { fillVariables, type VariableLookup, type VariableUse } from './variable-template.ts';
import type { ComposeChange } from '../model/cluster.ts';

/** A variable that a compose file names, at the value that names it. */
export interface ComposeVariable extends VariableUse {
  readonly path: DefinitionPath;
}

/** The tree of a compose file with its variables filled in. */
export interface FilledCompose {
  readonly tree: unknown;
  readonly changes: readonly ComposeChange[];
  readonly variables: readonly ComposeVariable[];
  /** Values with a `$` that begins no variable. */
  readonly malformed: readonly DefinitionPath[];
  /** Values that are no number or no `true` or `false`, now that their variables are filled in. */
  readonly wrongTypes: readonly { readonly path: DefinitionPath; readonly expected: 'number' | 'boolean' }[];
}

/** Values that Docker turns into numbers and booleans after it has filled in their variables. Source: docker/cli, cli/compose/loader/interpolate.go. */
const numbers =
  /^services\.[^.]+\.(?:configs\.\d+\.mode|secrets\.\d+\.mode|healthcheck\.retries|deploy\.replicas|deploy\.(?:update|rollback)_config\.(?:parallelism|max_failure_ratio)|deploy\.restart_policy\.max_attempts|deploy\.placement\.max_replicas_per_node|ports\.\d+\.(?:target|published)|ulimits\.[^.]+(?:\.(?:hard|soft))?)$/;
const booleans =
  /^(?:services\.[^.]+\.(?:healthcheck\.disable|privileged|read_only|stdin_open|tty|volumes\.\d+\.read_only|volumes\.\d+\.volume\.nocopy)|(?:networks|volumes|secrets|configs)\.[^.]+\.external|networks\.[^.]+\.(?:internal|attachable))$/;

/** Fills in the variables of every value of a compose file. Total: whatever the tree is, it comes back with the same shape. */
export function fillCompose(tree: unknown, lookUp: VariableLookup): FilledCompose {
  const filler = new Filler(lookUp);
  const filled = filler.fill(tree, []);
  const { changes, variables, malformed, wrongTypes } = filler;
  return { tree: filled, changes, variables, malformed, wrongTypes };
}

class Filler {
  readonly changes: ComposeChange[] = [];
  readonly variables: ComposeVariable[] = [];
  readonly malformed: DefinitionPath[] = [];
  readonly wrongTypes: { path: DefinitionPath; expected: 'number' | 'boolean' }[] = [];
  readonly #lookUp: VariableLookup;

  constructor(lookUp: VariableLookup) {
    this.#lookUp = lookUp;
  }

  fill(value: unknown, path: DefinitionPath): unknown {
    if (typeof value === 'string') return this.#fillText(value, path);
    if (Array.isArray(value)) return value.map((item: unknown, index) => this.fill(item, [...path, index]));
    if (!isMapping(value)) return this.#passOn(value, path);
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, this.fill(one, [...path, key])]),
    );
  }

  #fillText(written: string, path: DefinitionPath): unknown {
    if (isListedEnvironment(path) && !/[=$]/.test(written)) return this.#passOnListed(written, path);
    if (!written.includes('$')) return written;
    const { text, uses, malformed } = fillVariables(written, this.#lookUp);
    this.variables.push(...uses.map((use) => ({ ...use, path })));
    if (malformed.length > 0) this.malformed.push(path);
    // The nodes' Docker makes one $ of two by itself.
    if (uses.length === 0) return text;
    const value = this.#cast(text, path);
    this.changes.push({ path, value });
    return value;
  }

  #cast(text: string, path: DefinitionPath): string | number | boolean {
    const place = path.join('.');
    const expected = numbers.test(place) ? 'number' : booleans.test(place) ? 'boolean' : undefined;
    if (expected === undefined) return text;
    const value = expected === 'number' ? numberOf(text) : booleanOf(text);
    if (value === undefined) this.wrongTypes.push({ path, expected });
    return value ?? text;
  }

  /** `environment:` hands on a variable of whoever deploys when only its name stands there. */
  #passOnListed(name: string, path: DefinitionPath): string {
    const value = this.#passOnValue(name, path);
    return value === undefined ? name : `${name}=${value}`;
  }

  #passOn(value: unknown, path: DefinitionPath): unknown {
    if (value !== null || path.length !== 4 || path[0] !== 'services' || path[2] !== 'environment')
      return value;
    return this.#passOnValue(String(path[3]), path) ?? null;
  }

  #passOnValue(name: string, path: DefinitionPath): string | undefined {
    const value = this.#lookUp(name);
    this.variables.push({ name, offset: 0, written: name, value, isRequired: false, reason: '', path });
    if (value !== undefined) {
      this.changes.push({ path, value: typeof path.at(-1) === 'number' ? `${name}=${value}` : value });
    }
    return value;
  }
}

function isListedEnvironment(path: DefinitionPath): boolean {
  return (
    path.length === 4 && path[0] === 'services' && path[2] === 'environment' && typeof path[3] === 'number'
  );
}

function numberOf(text: string): number | undefined {
  return /^[-+]?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Source: http://yaml.org/type/bool.html, which Docker follows here. */
function booleanOf(text: string): boolean | undefined {
  if (/^(?:y|yes|true|on)$/i.test(text)) return true;
  return /^(?:n|no|false|off)$/i.test(text) ? false : undefined;
}
