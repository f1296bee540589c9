import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { formats } from '../values/values.ts';
import type { BaseDefinition } from '../generated/base.ts';
import type { ClusterDefinition } from '../generated/cluster.ts';
import type { Profile } from '../generated/profile.ts';
import { inlineDefinitions } from './inline-definitions.ts';
import type { SchemaNode } from './schema-node.ts';

/** The JSON Schemas of `profiles/schemas`, parsed. They are data: the host reads them. */
export interface DefinitionSchemas {
  readonly cluster: SchemaNode;
  readonly profile: SchemaNode;
  readonly base: SchemaNode;
  /** Of compose files, all versions in one: see `composeSchemaOf`. */
  readonly compose: SchemaNode;
}

/** A compiled schema together with its text, which messages take examples and descriptions from. */
export interface CompiledSchema<T = unknown> {
  readonly schema: SchemaNode;
  readonly validate: ValidateFunction<T>;
}

/** The compiled schemas, each with the type that is generated from it. */
export interface CompiledSchemas {
  readonly cluster: CompiledSchema<ClusterDefinition>;
  readonly profile: CompiledSchema<Profile>;
  readonly base: CompiledSchema<BaseDefinition>;
}

/** Compiling takes longer than checking a thousand nodes, and nobody changes a schema after it was read. */
const known = new WeakMap<DefinitionSchemas, CompiledSchemas>();

/** Compiles the schemas of definitions; a set that was compiled before is not compiled again. */
export function compileSchemas(schemas: DefinitionSchemas): CompiledSchemas {
  const compiled = known.get(schemas) ?? {
    cluster: compileSchema<ClusterDefinition>(schemas.cluster),
    profile: compileSchema<Profile>(schemas.profile),
    base: compileSchema<BaseDefinition>(schemas.base),
  };
  known.set(schemas, compiled);
  return compiled;
}

/** Compiles a schema; every error is collected, and every `format` is one of ours. Throws when the schema itself is wrong. */
export function compileSchema<T = unknown>(written: SchemaNode): CompiledSchema<T> {
  const schema = inlineDefinitions(written);
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
  return { schema, validate: ajv.compile<T>(schema) };
}
