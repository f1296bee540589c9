import type { ErrorObject } from 'ajv';
import type { Diagnostic } from '../../report/diagnostic.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import type { ParsedDefinition } from '../source/parse-definition.ts';
import { explainSchemaError } from './explain-schema-error.ts';
import type { CompiledSchema } from './schema-set.ts';
import { topicOf, type Topic } from './topic.ts';
import { booleanWord } from './wrong-type.ts';

/** What the schema says about a definition. */
export interface SchemaFindings {
  readonly diagnostics: readonly Diagnostic[];
  /** The tree without the topics something is wrong in: what is left has the schema's type. */
  readonly tree: unknown;
  /** Those topics. Rules that read one of them are left out: they would only complain about consequences. */
  readonly damaged: ReadonlySet<Topic>;
}

/** Checks a parsed definition against a schema and explains every error at its place. */
export function validateDefinition(parsed: ParsedDefinition, compiled: CompiledSchema): SchemaFindings {
  compiled.validate(parsed.tree);
  const damaged = new Set<Topic>();
  const diagnostics: Diagnostic[] = [];
  for (const error of simplifyAlternatives(compiled.validate.errors ?? [])) {
    const path = pathOf(error.instancePath, parsed.tree);
    const explained = explainSchemaError(error, path, parsed.locator, compiled.schema);
    diagnostics.push(explained.diagnostic);
    for (const concerned of explained.concerns) damaged.add(topicOf(concerned));
  }
  return { diagnostics, damaged, tree: withoutTopics(parsed.tree, damaged) };
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
  const choice = (error: ErrorObject): ErrorObject | undefined => {
    const alternatives = failed.get(error.instancePath);
    return alternatives !== undefined && error.schemaPath.startsWith(`${alternatives.schemaPath}/`)
      ? alternatives
      : undefined;
  };
  for (const error of errors) {
    const alternatives = choice(error);
    if (alternatives !== undefined && isAboutTheValue(error)) told.add(alternatives);
  }
  // `propertyNames` only repeats that a key is wrong, which its `format` has said better.
  const worthTelling = errors.filter((error) => error.keyword !== 'propertyNames');
  return worthTelling.filter((error) =>
    choice(error) === undefined ? !told.has(error) : isAboutTheValue(error),
  );
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
    value = (value as Record<string, unknown> | undefined)?.[part];
  }
  return path;
}

function withoutTopics(tree: unknown, damaged: ReadonlySet<Topic>): unknown {
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree) || damaged.has('')) return {};
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(tree)) {
    if (damaged.has(key)) continue;
    const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
    kept[key] = isMapping
      ? Object.fromEntries(Object.entries(value).filter(([inner]) => !damaged.has(`${key}.${inner}`)))
      : value;
  }
  return kept;
}
