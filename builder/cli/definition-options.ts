import { relative, resolve } from 'node:path';
import type { DefinitionFlags } from '../definition/source/command-line.ts';
import { loadCluster, type LoadedCluster, type NodePlace } from '../host/load-cluster.ts';
import type { Diagnostic } from '../report/diagnostic.ts';
import { formatReport } from '../report/format-report.ts';
import { usesColour, type GlobalOptions } from './console.ts';

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
}

/**
 * Loads the definition and shows what there is to say about it on stderr: warnings, notes, defaults that were taken.
 *
 * @param place - where the nodes will be: see `loadCluster`
 */
export async function loadAndReport(
  file: string | undefined,
  options: DefinitionOptions,
  place: NodePlace = {},
): Promise<LoadedCluster> {
  const loaded = await loadCluster(file, flagsOf(options), place);
  if (options.json === true) return loaded;
  const colour = usesColour(process.stderr);
  const isQuiet = options.quiet === true;
  const shown: readonly Diagnostic[] = isQuiet
    ? loaded.diagnostics.filter(({ severity }) => severity !== 'note')
    : loaded.diagnostics;
  if (shown.length > 0) process.stderr.write(`${formatReport(shown, loaded.sources, { colour })}\n`);
  if (isQuiet) return loaded;
  const origin = loaded.file === undefined ? 'No definition file' : `Definition: ${loaded.file}`;
  const taken = loaded.defaults.map(({ key, value }) => `${key} ${value}`).join(', ');
  process.stderr.write(`${origin}${taken === '' ? '' : `; defaults: ${taken}`}\n`);
  return loaded;
}

/** A path as the user would type it: relative where that is shorter. */
export function shownPath(path: string): string {
  const short = relative('.', resolve(path));
  return short !== '' && short.length < path.length && !short.startsWith('../..') ? short : path;
}

function flagsOf(options: DefinitionOptions): DefinitionFlags {
  const { profile, count, base, baseImage, sha256, name, subnet, vip, sshKey, node } = options;
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
  };
}
