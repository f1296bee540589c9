import { readCatalogue, type Catalogue } from '../resolve/profiles.ts';
import { hasErrors } from '../../report/diagnostic.ts';
import { ConfigurationError } from '../../report/errors.ts';
import { readShippedDefinitions } from './read-definitions.ts';
import { readSchemas } from './read-schemas.ts';

/** Profiles and bases that come with dlimage, parsed. @throws ConfigurationError when one of them is broken */
export async function readShippedCatalogue(): Promise<Catalogue> {
  const [{ profiles, bases }, schemas] = await Promise.all([readShippedDefinitions(), readSchemas()]);
  const named = (texts: typeof profiles) => [...texts].map(([name, source]) => ({ name, source }));
  const catalogue = readCatalogue(named(profiles), named(bases), schemas);
  if (hasErrors(catalogue.diagnostics)) {
    throw new ConfigurationError(catalogue.diagnostics, [...profiles.values(), ...bases.values()]);
  }
  return catalogue;
}
