import type { ErrorObject } from 'ajv';
import type { Diagnostic } from '../../report/diagnostic.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import { isMapping } from '../source/is-mapping.ts';
import type { ParsedDefinition } from '../source/parse-definition.ts';
import { explainSchemaError, notExplained, type ExplainKey } from './explain-schema-error.ts';
import type { CompiledSchema } from './schema-set.ts';
import { topicOf, type Topic } from './topic.ts';
import { booleanWord } from './wrong-type.ts';

/** Findings of the schema about a definition. */
export interface SchemaFindings<T> {
  readonly diagnostics: readonly Diagnostic[];
  /** The tree without the topics something is wrong in; undefined when nothing that fits the schema is left. */
  readonly tree: T | undefined;
  /** Those topics. Rules that read one of them are left out: they would only complain about consequences. */
  readonly damaged: ReadonlySet<Topic>;
}

/** So many errors of a schema are explained, each at its place; a wrong file may have half a million. */
const mostExplained = 5000;

/** Checks a parsed definition against a schema and explains every error at its place. */
export function validateDefinition<T>(
  { tree, locator }: ParsedDefinition,
  { schema, validate }: CompiledSchema<T>,
  explainKey?: ExplainKey,
): SchemaFindings<T> {
  if (validate(tree)) return { diagnostics: [], tree, damaged: new Set() };
  const errors = validate.errors ?? [];
  const explained = simplifyAlternatives(errors.slice(0, mostExplained)).map((error) =>
    explainSchemaError(error, pathOf(error.instancePath, tree), locator, schema, explainKey),
  );
  const others = errors.slice(mostExplained);
  const damaged = new Set([
    ...explained.flatMap(({ concerns }) => concerns.map(topicOf)),
    ...others.map(({ instancePath }) => topicOf(pathOf(instancePath, tree))),
  ]);
  const sound = withoutTopics(tree, damaged);
  return {
    diagnostics: [...explained.map(({ diagnostic }) => diagnostic), ...notExplained(others.length)],
    tree: validate(sound) ? sound : undefined,
    damaged,
  };
}

/**
 * Of an `anyOf` that failed, keeps what the alternative of the right type says (`vip: 10.0.1.` is a bad address);
 * when there is none, keeps the `anyOf` itself (`vip: 5` is neither an address nor false).
 */
function simplifyAlternatives(errors: readonly ErrorObject[]): ErrorObject[] {
  const failed = new Map(
    errors.filter((error) => error.keyword === 'anyOf').map((error) => [error.instancePath, error]),
  );
  const told = new Set<ErrorObject>();
  // What an alternative says of something inside the value it can only say of a value of its type.
  const choice = (error: ErrorObject): ErrorObject | undefined =>
    [...failed.values()].find(
      ({ instancePath, schemaPath }) =>
        error.schemaPath.startsWith(`${schemaPath}/`) &&
        (error.instancePath === instancePath || error.instancePath.startsWith(`${instancePath}/`)),
    );
  const isTelling = (error: ErrorObject): boolean =>
    error.instancePath !== choice(error)?.instancePath || isAboutTheValue(error);
  for (const error of errors) {
    const alternatives = choice(error);
    if (alternatives !== undefined && isTelling(error)) told.add(alternatives);
  }
  // `propertyNames` only repeats that a key is wrong, which its `format` has said better.
  const worthTelling = errors.filter((error) => error.keyword !== 'propertyNames');
  return worthTelling.filter((error) => (choice(error) === undefined ? !told.has(error) : isTelling(error)));
}

function isAboutTheValue(error: ErrorObject): boolean {
  return !['type', 'const', 'enum'].includes(error.keyword) && booleanWord(error.data) === undefined;
}

/** A JSON pointer as a path; parts that index a list become numbers. */
function pathOf(pointer: string, tree: unknown): DefinitionPath {
  const path: (string | number)[] = [];
  let value = tree;
  for (const raw of pointer.split('/').slice(1)) {
    const part = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(value) ? Number(part) : part);
    value = Array.isArray(value) ? value[Number(part)] : isMapping(value) ? value[part] : undefined;
  }
  return path;
}

function withoutTopics(tree: unknown, damaged: ReadonlySet<Topic>): unknown {
  if (!isMapping(tree) || damaged.has('')) return {};
  const kept = Object.entries(tree).filter(([key]) => !damaged.has(key));
  return Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      isMapping(value)
        ? Object.fromEntries(Object.entries(value).filter(([inner]) => !damaged.has(`${key}.${inner}`)))
        : value,
    ]),
  );
}
