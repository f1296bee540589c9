import type { Diagnostic, SourceText } from '../../report/diagnostic.ts';
import type { BaseDefinition } from '../generated/base.ts';
import type { Profile } from '../generated/profile.ts';
import { compileSchemas, type CompiledSchema, type DefinitionSchemas } from '../schema/schema-set.ts';
import { validateDefinition } from '../schema/validate-definition.ts';
import { parseDefinition } from '../source/parse-definition.ts';

/** A profile or base under the name that definitions call it by: `pi3`, or the path of a profile of the user's. */
export interface NamedSource {
  readonly name: string;
  readonly source: SourceText;
}

/** The profiles and bases there are, and what is wrong with those that are broken. */
export interface Catalogue {
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly bases: ReadonlyMap<string, BaseDefinition>;
  /** Names of profiles and bases that exist but cannot be used: nothing more is said about them. */
  readonly broken: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses and validates profiles and bases. A broken one is reported at its own place and left out. */
export function readCatalogue(
  profiles: readonly NamedSource[],
  bases: readonly NamedSource[],
  schemas: DefinitionSchemas,
): Catalogue {
  const compiled = compileSchemas(schemas);
  const broken = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  const read = <T>(sources: readonly NamedSource[], schema: CompiledSchema<T>): Map<string, T> => {
    const known = new Map<string, T>();
    for (const { name, source } of sources) {
      const { tree, found } = readSource(source, schema);
      diagnostics.push(...found);
      if (tree === undefined || found.length > 0) broken.add(name);
      else known.set(name, tree);
    }
    return known;
  };
  return {
    profiles: read(profiles, compiled.profile),
    bases: read(bases, compiled.base),
    broken,
    diagnostics,
  };
}

/** A profile or base as it was read, with what is wrong with it. */
interface ReadSource<T = unknown> {
  readonly tree: T | undefined;
  readonly found: readonly Diagnostic[];
}

/** What was read with each schema: several definitions are judged with the same profiles. */
const readBefore = new WeakMap<CompiledSchema, WeakMap<SourceText, ReadSource>>();

function readSource<T>(source: SourceText, schema: CompiledSchema<T>): ReadSource<T> {
  const kept = readBefore.get(schema) ?? new WeakMap<SourceText, ReadSource>();
  readBefore.set(schema, kept);
  const known = kept.get(source);
  if (known !== undefined) return known as ReadSource<T>;
  const parsed = parseDefinition(source);
  const valid = parsed.value === undefined ? undefined : validateDefinition(parsed.value, schema);
  const read = { tree: valid?.tree, found: [...parsed.diagnostics, ...(valid?.diagnostics ?? [])] };
  kept.set(source, read);
  return read;
}
