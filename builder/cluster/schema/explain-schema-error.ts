import type { ErrorObject } from 'ajv';
import type { Diagnostic } from '../../report/diagnostic.ts';
import { error } from '../../report/finding.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import type { Locator } from '../source/locator.ts';
import { explainKeyword } from './explain-keyword.ts';
import type { SchemaNode, ExplainedError } from './schema-node.ts';
import { explainUnknownKey } from './unknown-key.ts';

/** Explains a key that a schema does not have below `parent`. */
export type ExplainKey = (
  parent: DefinitionPath,
  key: string,
  locator: Locator,
  root: SchemaNode,
) => ExplainedError;

/** Maps one error of ajv (with `verbose`) to a diagnostic at its place. */
export function explainSchemaError(
  problem: ErrorObject,
  path: DefinitionPath,
  locator: Locator,
  root: SchemaNode,
  explainKey: ExplainKey = explainUnknownKey,
): ExplainedError {
  if (problem.keyword === 'additionalProperties') {
    return explainKey(path, String(problem.params['additionalProperty']), locator, root);
  }
  return { diagnostic: explainKeyword(problem, path, locator), concerns: [path] };
}

/** Finding in place of errors that are too many to be explained. */
export function notExplained(count: number): Diagnostic[] {
  if (count === 0) return [];
  return [
    error('too-many-errors', undefined, `${count} more errors are not listed`, 'mend those above first'),
  ];
}
