import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedSource } from '../../builder/cluster/resolve/profiles.ts';
import type { Environment } from '../../builder/cluster/model/environment.ts';
import { inlineDefinitions } from '../../builder/cluster/schema/inline-definitions.ts';
import type { SchemaNode } from '../../builder/cluster/schema/schema-node.ts';
import type { DefinitionSchemas } from '../../builder/cluster/schema/schema-set.ts';

/** The repository's folder. */
export const repository = join(import.meta.dirname, '../..');

/** Profiles and bases that stay what they are, so that messages which list them do, too. */
export const world = {
  profiles: readNamedSources(join(import.meta.dirname, 'world/profiles')),
  bases: readNamedSources(join(import.meta.dirname, 'world/bases')),
};

/** The schemas as they are shipped. */
export const schemas: DefinitionSchemas = {
  cluster: readSchema('cluster'),
  profile: readSchema('profile'),
  base: readSchema('base'),
  compose: readSchema('compose'),
};

/** A public key whose private half does not exist any more. */
export const publicKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFZpl/kgtQzuxbFxCN3eX/JGE1oQhb4yCeumOgsIaj8y test';

/** A machine with one ssh key, in no network, with a handful of time zones. */
export const environment: Environment = {
  projectDirectory: '/project',
  ownPublicKeys: [{ file: '~/.ssh/id_ed25519.pub', text: `${publicKey}\n` }],
  hostNetworks: [],
  timeZones: ['UTC', 'Europe/Berlin', 'Europe/Rome', 'America/New_York', 'America/Argentina/Buenos_Aires'],
  paths: [],
};

/** Every YAML file of a folder, named without its suffix. */
export function readNamedSources(directory: string, shownAs = ''): NamedSource[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()
    .map((file) => ({
      name: file.slice(0, -'.yaml'.length),
      source: { file: `${shownAs}${file}`, text: readFileSync(join(directory, file), 'utf8') },
    }));
}

function readSchema(name: string): SchemaNode {
  const path = join(repository, `profiles/schemas/${name}.schema.json`);
  const schema: SchemaNode = JSON.parse(readFileSync(path, 'utf8'));
  return inlineDefinitions(schema);
}
