import { quoteWord } from '../../report/quote-word.ts';
import { defaultDefinitionFile } from '../../cluster/host/find-definition.ts';
import type { LoadedCluster } from '../../cluster/host/load-cluster.ts';
import { ownCommand } from '../../system/host/own-command.ts';
import { shownPath } from '../../system/host/shown-path.ts';

/**
 * A command about the same cluster, to be typed where this one was: the last build in the store says everything, as
 * long as it is clear which store is meant and no file says something else.
 *
 * @param command - `status`, with its own flags in `more`
 */
export function nextCommand(
  command: string,
  loaded: Pick<LoadedCluster, 'file' | 'typedFlags' | 'otherStores'> & {
    readonly cluster: { readonly name: string };
  },
  { state, more = [] }: { readonly state?: string | undefined; readonly more?: readonly string[] } = {},
): string {
  const { file, cluster, otherStores } = loaded;
  const isDefault = file === undefined || file === defaultDefinitionFile;
  return [
    ownCommand(),
    command,
    ...(isDefault ? [] : [quoteWord(shownPath(file))]),
    ...(file === undefined ? [] : loaded.typedFlags),
    ...(file === undefined && otherStores.length > 0 ? ['--name', quoteWord(cluster.name)] : []),
    ...(state === undefined ? [] : ['--state', quoteWord(state)]),
    ...more,
  ].join(' ');
}
