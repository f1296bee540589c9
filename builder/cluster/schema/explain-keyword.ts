import type { ErrorObject } from 'ajv';
import type { Diagnostic, Position } from '../../report/diagnostic.ts';
import { didYouMeanHint } from '../../report/did-you-mean.ts';
import { error } from '../../report/finding.ts';
import { formats } from '../values/values.ts';
import { roleHint } from '../values/setting-formats.ts';
import { listed, shown } from '../../report/shown.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import type { Locator } from '../source/locator.ts';
import { exampleLine, exampleOf } from './schema-example.ts';
import type { SchemaNode } from './schema-node.ts';
import { explainWrongType } from './wrong-type.ts';

/** A value that a keyword of its schema does not accept. */
interface Refusal {
  readonly problem: ErrorObject;
  readonly value: unknown;
  readonly path: DefinitionPath;
  readonly name: string;
  readonly at: Position | undefined;
  readonly schema: SchemaNode;
  readonly locator: Locator;
}

/** Explains what a keyword other than `additionalProperties` found at a path. */
export function explainKeyword(problem: ErrorObject, path: DefinitionPath, locator: Locator): Diagnostic {
  const explain = explanations[problem.keyword] ?? otherwise;
  const name = locator.name(path) || 'the file';
  const schema: SchemaNode = problem.parentSchema ?? {};
  return explain({ problem, value: problem.data, path, name, at: locator.value(path), schema, locator });
}

function wrongType({ value, path, schema, locator }: Refusal): Diagnostic {
  return explainWrongType(value, path, schema, locator);
}

/** The formats carry their own words; a key that is wrong (`propertyNames`) is pointed at as a key. */
function wrongFormat(refusal: Refusal): Diagnostic {
  const { problem, value, path, name, at, locator } = refusal;
  const judge = formats[String(problem.params['format'])];
  const key = problem.propertyName;
  const told =
    key === undefined
      ? judge?.(String(value), { name, at })
      : judge?.(key, { name: `${shown(key)} in ${name}`, at: locator.key([...path, key]) });
  return told ?? otherwise(refusal);
}

function missing({ problem, path, name, schema, locator }: Refusal): Diagnostic {
  const key = String(problem.params['missingProperty']);
  const hint = `add ${exampleLine(key, schema.properties?.[key])}`;
  return error('missing-key', locator.key(path), `${name} has no ${key}`, hint);
}

function notAChoice({ value, path, name, at, schema }: Refusal): Diagnostic {
  const choices = (schema.enum ?? []).map(String);
  const hint = path.at(-1) === 'role' ? roleHint(String(value)) : didYouMeanHint(String(value), choices);
  return error('not-a-choice', at, `${name} is ${shown(value)}, but must be ${listed(choices, 'or')}`, hint);
}

function outOfRange({ problem, value, name, at }: Refusal): Diagnostic {
  const limit = String(problem.params['limit']);
  const bound = problem.keyword === 'minimum' ? `at least ${limit}` : `at most ${limit}`;
  return error('out-of-range', at, `${name} is ${shown(value)}, but must be ${bound}`);
}

function emptyList({ path, name, schema, locator }: Refusal): Diagnostic {
  const hint = `remove it, or give it items: ${exampleOf(path, schema)}`;
  return error('empty-list', locator.key(path), `${name} is an empty list`, hint);
}

function longList({ problem, value, name, at }: Refusal): Diagnostic {
  const items = Array.isArray(value) ? value.length : 0;
  return error(
    'list-too-long',
    at,
    `${name} has ${items} items, but at most ${problem.params['limit']} are taken`,
  );
}

function emptyMapping({ path, name, locator }: Refusal): Diagnostic {
  return error('empty-mapping', locator.key(path), `${name} is empty`);
}

function listedTwice({ problem, value, path, name, locator }: Refusal): Diagnostic {
  const index = Math.max(Number(problem.params['i']), Number(problem.params['j']));
  const item: unknown = Array.isArray(value) ? value[index] : value;
  const message = `${shown(item)} stands in ${name} twice`;
  return error('listed-twice', locator.value([...path, index]), message, 'remove one of the two');
}

function otherwise({ problem, path, name, at, schema }: Refusal): Diagnostic {
  const message = `${name} ${problem.message ?? 'is not valid'}`;
  return error('wrong-format', at, message, `for example ${exampleOf(path, schema)}`);
}

/** Explanations of JSON Schema's keywords. */
const explanations: Readonly<Record<string, (refusal: Refusal) => Diagnostic>> = {
  type: wrongType,
  anyOf: wrongType,
  const: wrongType,
  format: wrongFormat,
  required: missing,
  enum: notAChoice,
  minimum: outOfRange,
  maximum: outOfRange,
  minItems: emptyList,
  maxItems: longList,
  minProperties: emptyMapping,
  uniqueItems: listedTwice,
};
