import type { AnySchemaObject } from 'ajv';
import { compileSchema, type CompiledSchema } from '../../cluster/schema/schema-set.ts';
import { assetText, type Assets } from './assets.ts';

const file = 'profiles/schemas/overlay.schema.json';

/** Compiling takes longer than reading all overlays; the same bytes are compiled once. */
const known = new WeakMap<Uint8Array, CompiledSchema>();

/** The compiled schema of `overlay.yaml` files. Throws when it is missing or wrong, which is our mistake. */
export function overlaySchemaOf(assets: Assets): CompiledSchema {
  const bytes = assets.files.get(file);
  const kept = bytes === undefined ? undefined : known.get(bytes);
  if (kept !== undefined) return kept;
  const schema: AnySchemaObject = JSON.parse(assetText(assets, file));
  const compiled = compileSchema(schema);
  if (bytes !== undefined) known.set(bytes, compiled);
  return compiled;
}
