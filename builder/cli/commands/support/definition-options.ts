import type { TypedFlags } from '../../../cluster/source/command-line.ts';
import { loadCluster, type LoadedCluster, type LoadSettings } from '../../../cluster/host/load-cluster.ts';
import { formatReport } from '../../../report/format-report.ts';
import { diagnosticsAsTyped } from '../../terminal/as-typed.ts';
import { describeOrigin } from './describe-origin.ts';
import { columnsOf, usesColour, type GlobalOptions } from '../../terminal/console.ts';

/** Options of the commands that take a definition, as commander gives them. */
export interface DefinitionOptions extends GlobalOptions, TypedFlags {
  readonly state?: string;
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
  const flags = { ...options, argv: process.argv.slice(2) };
  const loaded = await loadCluster(file, flags, { ...settings, state: options.state });
  if (options.json === true) return loaded;
  const isQuiet = options.quiet === true;
  const shown = loaded.diagnostics.filter(({ severity }) => !isQuiet || severity !== 'note');
  const { stderr } = process;
  const look = { colour: usesColour(stderr), columns: columnsOf(stderr), isBrief: true };
  process.stderr.write(formatReport(diagnosticsAsTyped(shown), loaded.sources, look));
  if (!isQuiet) process.stderr.write(`${describeOrigin(loaded)}\n`);
  return loaded;
}
