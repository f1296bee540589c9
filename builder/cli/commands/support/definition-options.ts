import type { DefinitionFlags } from '../../../cluster/source/command-line.ts';
import { loadCluster, type LoadedCluster, type LoadSettings } from '../../../cluster/host/load-cluster.ts';
import { formatReport } from '../../../report/format-report.ts';
import { diagnosticsAsTyped } from '../../terminal/as-typed.ts';
import { describeOrigin } from './describe-origin.ts';
import { columnsOf, usesColour, type GlobalOptions } from '../../terminal/console.ts';

/** Options of the commands that take a definition, as commander gives them. */
export interface DefinitionOptions extends GlobalOptions {
  readonly profile?: string;
  readonly count?: string;
  readonly base?: string;
  readonly baseImage?: string;
  readonly sha256?: string;
  readonly name?: string;
  readonly subnet?: string;
  readonly vip?: string;
  readonly gateway?: string;
  readonly dns?: readonly string[];
  readonly timezone?: string;
  readonly user?: string;
  readonly sshKey?: readonly string[];
  readonly node?: readonly string[];
  readonly state?: string;
  readonly removeNode?: readonly string[];
  readonly revoke?: readonly string[];
  readonly change?: readonly string[];
}

/**
 * Loads the definition and shows what there is to say about it on stderr: warnings, notes, where it came from.
 *
 * @param settings - what it is loaded for: see `loadCluster`
 */
export async function loadAndReport(
  file: string | undefined,
  options: DefinitionOptions,
  settings: Omit<LoadSettings, 'state'> = {},
): Promise<LoadedCluster> {
  const loaded = await loadCluster(file, flagsOf(options), { ...settings, state: options.state });
  if (options.json === true) return loaded;
  const isQuiet = options.quiet === true;
  const shown = loaded.diagnostics.filter(({ severity }) => !isQuiet || severity !== 'note');
  const { stderr } = process;
  const look = { colour: usesColour(stderr), columns: columnsOf(stderr), isBrief: true };
  process.stderr.write(formatReport(diagnosticsAsTyped(shown), loaded.sources, look));
  if (!isQuiet) process.stderr.write(`${describeOrigin(loaded)}\n`);
  return loaded;
}

function flagsOf(options: DefinitionOptions): DefinitionFlags {
  const {
    profile,
    count,
    base,
    baseImage,
    sha256,
    name,
    subnet,
    vip,
    sshKey,
    node,
    removeNode,
    revoke,
    change,
  } = options;
  const { gateway, dns, timezone, user } = options;
  return {
    argv: process.argv.slice(2),
    ...(profile === undefined ? {} : { profile }),
    ...(count === undefined ? {} : { count }),
    ...(base === undefined ? {} : { base }),
    ...(baseImage === undefined ? {} : { baseImage }),
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(name === undefined ? {} : { name }),
    ...(subnet === undefined ? {} : { subnet }),
    ...(vip === undefined ? {} : { vip }),
    ...(gateway === undefined ? {} : { gateway }),
    ...(dns === undefined ? {} : { dns }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(user === undefined ? {} : { user }),
    ...(sshKey === undefined ? {} : { sshKeys: sshKey }),
    ...(node === undefined ? {} : { nodes: node }),
    ...(removeNode === undefined ? {} : { removedNodes: removeNode }),
    ...(revoke === undefined ? {} : { revokedNodes: revoke }),
    ...(change === undefined ? {} : { changes: change }),
  };
}
