import type { LoadedCluster } from '../../../cluster/host/load-cluster.ts';

/** Defaults that people most often want otherwise, by their words. All others are in the plan. */
const toldDefaults: readonly (readonly [key: string, word: string])[] = [
  ['profile', 'board'],
  ['count', 'nodes'],
  ['network.subnet', 'network'],
  ['vip', 'virtual IP'],
];

/** One line on where a definition came from, and one on the defaults when nobody wrote it. */
export function describeOrigin({ file, continues, defaults, typedFlags }: LoadedCluster): string {
  if (file !== undefined) return `Definition: ${file}`;
  if (continues !== undefined) {
    const more = typedFlags.length === 0 ? '' : ` with ${typedFlags.join(' ')}`;
    return `Definition: the last build in ${continues}${more}`;
  }
  const taken = toldDefaults.flatMap(([key, word]) => {
    const value = defaults.find((one) => one.key === key)?.value;
    return value === undefined ? [] : [`${word} ${value}`];
  });
  if (taken.length === 0) return 'No definition file';
  return `No definition file; defaults: ${taken.join(', ')}`;
}
