import { hasErrors, type Diagnostic, type Outcome, type SourceText } from '../report/diagnostic.ts';
import { createBaseJudge, type BaseJudge } from './base-facts/base-judge.ts';
import { readCatalogue, type Catalogue, type NamedSource } from './resolve/profiles.ts';
import { checkCluster } from './check-cluster.ts';
import type { Cluster } from './model/cluster.ts';
import { judgedSources } from './rules/judged-text.ts';
import type { UsedDefault } from './model/defaults.ts';
import { lookUpPaths, type Environment } from './model/environment.ts';
import { parseSubnet } from './values/ipv4.ts';
import { redactSecrets } from '../report/redact-secrets.ts';
import { makeBoardLookup } from './resolve/board-lookup.ts';
import { resolveCluster } from './resolve/resolve-cluster.ts';
import { checkReferences } from './rules/reference-rules.ts';
import { compileSchemas, type DefinitionSchemas } from './schema/schema-set.ts';
import { validateDefinition } from './schema/validate-definition.ts';
import { variableSources } from './stacks/stack-variables.ts';
import { coverValues } from './stacks/variable-file.ts';
import { envFileSources } from './stacks/written-env-file.ts';
import { stackSources } from './stacks/written-stack.ts';
import { parseFlags, type CommandLine, type DefinitionFlags } from './source/command-line.ts';
import { emptyDefinition, mergeFlags } from './source/merge-flags.ts';
import { parseDefinition, type ParsedDefinition } from './source/parse-definition.ts';

/** Everything that decides what a cluster is. */
export interface ClusterInput {
  /** `cluster.yaml`; absent when there is none, which is fine. */
  readonly source?: SourceText;
  readonly flags: DefinitionFlags;
  /** Profiles and bases that come with dlimage. Those of the user's own are in `environment.paths`. */
  readonly profiles: readonly NamedSource[];
  readonly bases: readonly NamedSource[];
  readonly schemas: DefinitionSchemas;
  readonly environment: Environment;
}

/** A cluster, if nothing is wrong with its definition, and everything there is to say about it. */
export interface UnderstoodCluster extends Outcome<Cluster> {
  /** The texts that the diagnostics point into, secrets covered: for the report. */
  readonly sources: readonly SourceText[];
  /** Defaults that took effect, in the order of the definition. */
  readonly defaults: readonly UsedDefault[];
  /** Names of the nodes to build: those of `--node`, or all. */
  readonly selected: readonly string[];
  readonly commandLine: CommandLine;
  /** The definition with its flags, as it was written; absent when it could not be read. */
  readonly definition?: ParsedDefinition;
  /** Judge of the questions that only its bases answer; absent when something is wrong already. */
  readonly baseJudge?: BaseJudge;
}

/**
 * Parse, validate, resolve, check: from what the user wrote to the cluster in full form, or to every reason why not.
 * Nothing stops at the first error; what only follows from another error is not reported.
 */
export function understandCluster(input: ClusterInput): UnderstoodCluster {
  const commandLine = parseFlags(input.flags);
  const profiles = [...input.profiles, ...ownProfiles(input.environment)];
  const texts = [
    input.source,
    commandLine.source,
    ...[...profiles, ...input.bases].map(({ source }) => source),
  ];
  const { paths } = input.environment;
  const read = [...texts.flatMap((text) => text ?? []), ...stackSources(paths)];
  const sources = [
    ...read.map(redactSecrets),
    ...judgedSources(paths),
    ...[...variableSources(paths), ...envFileSources(paths)].map(coverValues),
  ];
  const catalogue = readCatalogue(profiles, input.bases, input.schemas);
  const file =
    input.source === undefined ? { value: emptyDefinition, diagnostics: [] } : parseDefinition(input.source);
  const found = [...catalogue.diagnostics, ...file.diagnostics];
  if (file.value === undefined) {
    return { diagnostics: found, sources, defaults: [], selected: [], commandLine };
  }
  const definition = mergeFlags(file.value, commandLine);
  const judged = judgeDefinition(definition, commandLine, catalogue, input);
  const diagnostics = [...found, ...judged.diagnostics];
  const { value: cluster, defaults } = judged;
  if (cluster === undefined || hasErrors(diagnostics)) {
    return { diagnostics, sources, defaults, selected: [], commandLine, definition };
  }
  const named = commandLine.selection.map(({ text }) => text);
  const selected = named.length === 0 ? cluster.nodes.map(({ name }) => name) : [...new Set(named)];
  const { baseJudge } = judged;
  const complete = { value: cluster, diagnostics, sources, defaults, selected, commandLine, definition };
  return baseJudge === undefined ? complete : { ...complete, baseJudge };
}

interface Judged extends Outcome<Cluster> {
  readonly defaults: readonly UsedDefault[];
  readonly baseJudge?: BaseJudge;
}

function judgeDefinition(
  definition: ParsedDefinition,
  commandLine: CommandLine,
  catalogue: Catalogue,
  { environment, schemas }: ClusterInput,
): Judged {
  const { locator } = definition;
  const lookUp = lookUpPaths(environment);
  const valid = validateDefinition(definition, compileSchemas(schemas).cluster);
  const written = valid.tree;
  if (written === undefined) return { diagnostics: valid.diagnostics, defaults: [] };
  const references = checkReferences({ written, locator, catalogue, lookUp });
  const diagnostics: Diagnostic[] = [...valid.diagnostics, ...references.diagnostics];
  const boards = makeBoardLookup(written, catalogue, lookUp, locator);
  if (boards === undefined) return { diagnostics, defaults: [] };
  const { cluster, writtenNodes, defaults } = resolveCluster(written, boards, environment, lookUp, locator);
  const lan = parseSubnet(cluster.network.subnet) ?? { network: 0, prefixLength: 0 };
  const damaged = new Set([...valid.damaged, ...references.damaged]);
  const selection = commandLine.selection;
  const composeSchema = schemas.compose;
  const found = { locator, catalogue, environment, lookUp, composeSchema, selection };
  const context = { written, writtenNodes, cluster, lan, ...found };
  return {
    value: cluster,
    diagnostics: [...diagnostics, ...checkCluster(context, damaged)],
    defaults,
    baseJudge: createBaseJudge(context),
  };
}

/** Profiles that the definition names by a path, under that path. */
function ownProfiles(environment: Environment): NamedSource[] {
  const files = environment.paths.filter(({ purpose, kind }) => purpose === 'profile' && kind === 'file');
  return files.map(({ written, text = '' }) => ({ name: written, source: { file: written, text } }));
}
