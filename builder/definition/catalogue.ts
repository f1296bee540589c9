import type { Diagnostic, SourceText } from '../report/diagnostic.ts';
import type { BaseDefinition } from './generated/base.ts';
import type { Profile } from './generated/profile.ts';
import { compileSchema, type CompiledSchema, type DefinitionSchemas } from './schema/schema-set.ts';
import { validateDefinition } from './schema/validate-definition.ts';
import { parseDefinition } from './source/parse-definition.ts';

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
  const broken = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  const read = <T>(sources: readonly NamedSource[], schema: CompiledSchema): Map<string, T> => {
    const known = new Map<string, T>();
    for (const { name, source } of sources) {
      const parsed = parseDefinition(source);
      const found = [...parsed.diagnostics];
      if (parsed.value !== undefined) found.push(...validateDefinition(parsed.value, schema).diagnostics);
      diagnostics.push(...found);
      if (parsed.value === undefined || found.length > 0) broken.add(name);
      else known.set(name, parsed.value.tree as T);
    }
    return known;
  };
  return {
    profiles: read<Profile>(profiles, compileSchema(schemas.profile)),
    bases: read<BaseDefinition>(bases, compileSchema(schemas.base)),
    broken,
    diagnostics,
  };
}
