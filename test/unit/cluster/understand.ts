import type { Environment } from '../../../builder/cluster/model/environment.ts';
import type { DefinitionFlags } from '../../../builder/cluster/source/command-line.ts';
import { understandCluster, type UnderstoodCluster } from '../../../builder/cluster/understand-cluster.ts';
import type { Cluster } from '../../../builder/cluster/model/cluster.ts';
import { environment, schemas, world } from '../../errors/world.ts';

/** Understands a definition in the small world of the error cases. */
export function understand(
  text: string | undefined,
  flags: Partial<DefinitionFlags> = {},
  overrides: Partial<Environment> = {},
): UnderstoodCluster {
  return understandCluster({
    ...(text === undefined ? {} : { source: { file: 'cluster.yaml', text } }),
    flags: { argv: ['build'], ...flags },
    profiles: world.profiles,
    bases: world.bases,
    schemas,
    environment: { ...environment, ...overrides },
  });
}

/** The cluster of a definition that has to be right. */
export function resolved(...input: Parameters<typeof understand>): Cluster {
  const { value, diagnostics } = understand(...input);
  if (value === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return value;
}
