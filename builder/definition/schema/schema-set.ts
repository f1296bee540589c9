import type { AnySchemaObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { formats } from '../formats/formats.ts';

/** The JSON Schemas of `profiles/schemas`, parsed. They are data: the host reads them. */
export interface DefinitionSchemas {
  readonly cluster: AnySchemaObject;
  readonly profile: AnySchemaObject;
  readonly base: AnySchemaObject;
}

/** A compiled schema together with its text, which messages take examples and descriptions from. */
export interface CompiledSchema {
  readonly schema: AnySchemaObject;
  readonly validate: ValidateFunction;
}

/** Compiling takes longer than checking a thousand nodes, and nobody changes a schema after it was read. */
const compiled = new WeakMap<AnySchemaObject, CompiledSchema>();

/** Compiles a schema; every error is collected, and every `format` is one of ours. Throws when the schema itself is wrong. */
export function compileSchema(schema: AnySchemaObject): CompiledSchema {
  const known = compiled.get(schema) ?? { schema, validate: makeValidator(schema) };
  compiled.set(schema, known);
  return known;
}

function makeValidator(schema: AnySchemaObject): ValidateFunction {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: true,
    formats: Object.fromEntries(
      Object.entries(formats).map(([name, judge]) => [
        name,
        (value: string) => judge(value, { name, at: undefined }) === undefined,
      ]),
    ),
  });
  return ajv.compile(schema);
}
