import type { ErrorObject } from 'ajv';
import type { Diagnostic } from '../../report/diagnostic.ts';
import { didYouMeanHint } from '../did-you-mean.ts';
import { error } from '../finding.ts';
import { formats } from '../formats/formats.ts';
import { roleHint } from '../formats/setting-formats.ts';
import { listed, shown } from '../shown.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import type { Locator } from '../source/locator.ts';
import { exampleLine, exampleOf } from './schema-example.ts';
import type { SchemaNode } from './schema-node.ts';
import { explainUnknownKey } from './unknown-key.ts';
import { explainWrongType } from './wrong-type.ts';

/** A schema error in the user's words, and the paths whose values cannot be relied on because of it. */
export interface ExplainedError {
  readonly diagnostic: Diagnostic;
  readonly concerns: readonly DefinitionPath[];
}

/** Maps one error of ajv (with `verbose`) to a diagnostic at its place. */
export function explainSchemaError(
  problem: ErrorObject,
  path: DefinitionPath,
  locator: Locator,
  root: SchemaNode,
): ExplainedError {
  if (problem.keyword === 'additionalProperties') {
    return explainUnknownKey(path, String(problem.params['additionalProperty']), locator, root);
  }
  return { diagnostic: explainValue(problem, path, locator), concerns: [path] };
}

function explainValue(problem: ErrorObject, path: DefinitionPath, locator: Locator): Diagnostic {
  const schema: SchemaNode = problem.parentSchema ?? {};
  const at = locator.value(path);
  const name = locator.name(path) || 'the file';
  switch (problem.keyword) {
    case 'type':
    case 'anyOf':
    case 'const':
      return explainWrongType(problem.data, path, schema, locator);
    case 'format':
      return explainFormat(problem, path, locator);
    case 'required': {
      const missing = String(problem.params['missingProperty']);
      const property = schema.properties?.[missing];
      return error(
        'missing-key',
        locator.key(path),
        `${name} has no ${missing}`,
        `add ${exampleLine(missing, property)}`,
      );
    }
    case 'enum':
      return explainEnum(problem, path, locator);
    case 'minimum':
    case 'maximum': {
      const limit = Number(problem.params['limit']);
      const bound = problem.keyword === 'minimum' ? `at least ${limit}` : `at most ${limit}`;
      return error('out-of-range', at, `${name} is ${shown(problem.data)}, but must be ${bound}`);
    }
    case 'minItems':
      return error(
        'empty-list',
        locator.key(path),
        `${name} is an empty list`,
        `remove it, or give it items: ${exampleOf(path, schema)}`,
      );
    case 'minProperties':
      return error('empty-mapping', locator.key(path), `${name} is empty`);
    case 'uniqueItems': {
      const index = Math.max(Number(problem.params['i']), Number(problem.params['j']));
      const item: unknown = Array.isArray(problem.data) ? problem.data[index] : problem.data;
      return error(
        'listed-twice',
        locator.value([...path, index]),
        `${shown(item)} stands in ${name} twice`,
        'remove one of the two',
      );
    }
    default:
      return error(
        'wrong-format',
        at,
        `${name} ${problem.message ?? 'is not valid'}`,
        `for example ${exampleOf(path, schema)}`,
      );
  }
}

/** The formats carry their own words; a key that is wrong (`propertyNames`) is pointed at as a key. */
function explainFormat(problem: ErrorObject, path: DefinitionPath, locator: Locator): Diagnostic {
  const judge = formats[String(problem.params['format'])];
  const key = problem.propertyName;
  const told =
    key === undefined
      ? judge?.(String(problem.data), { name: locator.name(path), at: locator.value(path) })
      : judge?.(key, { name: `${shown(key)} in ${locator.name(path)}`, at: locator.key([...path, key]) });
  return (
    told ??
    error('wrong-format', locator.value(path), `${locator.name(path)} ${problem.message ?? 'is not valid'}`)
  );
}

function explainEnum(problem: ErrorObject, path: DefinitionPath, locator: Locator): Diagnostic {
  const schema: SchemaNode = problem.parentSchema ?? {};
  const allowed = (schema.enum ?? []).map(String);
  const value = String(problem.data);
  const hint = path.at(-1) === 'role' ? roleHint(value) : didYouMeanHint(value, allowed);
  const message = `${locator.name(path)} is ${shown(problem.data)}, but must be ${listed(allowed, 'or')}`;
  return error('not-a-choice', locator.value(path), message, hint);
}
