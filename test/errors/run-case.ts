import { isUtf8 } from 'node:buffer';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { isAbsolute, join, normalize, posix } from 'node:path';
import {
  lookUpPaths,
  type Environment,
  type HostPath,
  type Reference,
} from '../../builder/cluster/model/environment.ts';
import type { BaseFacts, BasePast, BasePlace } from '../../builder/cluster/base-facts/base-facts.ts';
import { collectReferences } from '../../builder/cluster/resolve/references.ts';
import type { FolderItem } from '../../builder/system/folder-item.ts';
import { createProgram } from '../../builder/cli/program.ts';
import type { DefinitionFlags, TypedFlags } from '../../builder/cluster/source/command-line.ts';
import { describeBuilt, type LastBuild } from '../../builder/cluster/last-build/built-cluster.ts';
import { checkLastBuild } from '../../builder/cluster/last-build/check-last-build.ts';
import {
  understandCluster,
  type ClusterInput,
  type UnderstoodCluster,
} from '../../builder/cluster/understand-cluster.ts';
import { hasErrors } from '../../builder/report/diagnostic.ts';
import { stackReferences, stackVariableReferences } from '../../builder/cluster/stacks/written-stack.ts';
import { isJudged } from '../../builder/cluster/host/read-judged-texts.ts';
import { formatReport } from '../../builder/report/format-report.ts';
import { environment, readNamedSources, schemas, world } from './world.ts';

const cases = join(import.meta.dirname, 'cases');

/** Names of all cases: folders whose name is the id of the finding they are about, with a variant behind a dot. */
export const caseNames = readdirSync(cases).toSorted();

/** What became of a case. */
export interface CaseResult {
  readonly understood: UnderstoodCluster;
  readonly report: string;
}

/**
 * Runs one case in process. A case is a folder with any of: `cluster.yaml`; `flags` (what is typed after `dlimage`);
 * `environment.json` (what differs about the machine); `profiles/` and `bases/`; `last-build.yaml`, the definition that
 * was built last; `other-build.yaml`, that of another cluster beside it; `base.json`, what a build finds in the base; and
 * the files it refers to.
 */
export function runCase(name: string): CaseResult {
  const directory = join(cases, name);
  const text = readOptional(join(directory, 'cluster.yaml'));
  const source = text === undefined ? undefined : { file: 'cluster.yaml', text };
  const flags = parseArgv((readOptional(join(directory, 'flags')) ?? 'build').trim().split(' '));
  const overrides: Partial<Environment> = JSON.parse(
    readOptional(join(directory, 'environment.json')) ?? '{}',
  );
  const own = (folder: string) =>
    existsSync(join(directory, folder)) ? readNamedSources(join(directory, folder), `${folder}/`) : [];
  const look = (references: readonly Reference[]) =>
    references.map((reference) => lookAt(directory, reference));
  const named = look(collectReferences(source, flags));
  const paths = [...named, ...look(stackVariableReferences(named))];
  const known = { ...environment, paths, ...overrides };
  const machine = {
    profiles: [...world.profiles, ...own('profiles')],
    bases: [...world.bases, ...own('bases')],
    schemas,
    environment: {
      ...known,
      paths: [...known.paths, ...look(stackReferences(known, lookUpPaths(known)))],
    },
  };
  const defined = understandCluster({ ...(source === undefined ? {} : { source }), flags, ...machine });
  const built = (file: string) => builtBefore(readOptional(join(directory, file)), machine);
  const accepted = holdAgainst(defined, flags, built('last-build.yaml'), built('other-build.yaml'));
  const understood = holdAgainstBase(accepted, readOptional(join(directory, 'base.json')));
  return { understood, report: formatReport(understood.diagnostics, understood.sources, { colour: false }) };
}

/** A build of an earlier definition, as the store would tell of it. */
function builtBefore(
  text: string | undefined,
  machine: Omit<ClusterInput, 'source' | 'flags'>,
): LastBuild | undefined {
  if (text === undefined) return undefined;
  const { value } = understandCluster({
    source: { file: 'last-build.yaml', text },
    flags: { argv: [] },
    ...machine,
    environment,
  });
  if (value === undefined) throw new Error('a build that was wrong leaves nothing in the store');
  const cluster = describeBuilt(value);
  const { name, nodes } = cluster;
  const said = /^# flags: (.*)$/m.exec(text)?.[1];
  return {
    store: `.dlimage/${name}`,
    cluster,
    nodes,
    knownNodes: nodes.map((node) => node.name),
    said: said === undefined ? [] : [said],
  };
}

function holdAgainst(
  understood: UnderstoodCluster,
  flags: DefinitionFlags,
  last: LastBuild | undefined,
  other: LastBuild | undefined,
): UnderstoodCluster {
  const { value: cluster, definition, commandLine, selected } = understood;
  if (cluster === undefined || definition === undefined) return understood;
  const { locator } = definition;
  const current = { cluster, locator, commandLine, selected, isBuilding: flags.argv[0] === 'build' };
  const found = checkLastBuild(current, last, other === undefined ? [] : [other]);
  const diagnostics = [...understood.diagnostics, ...found];
  const { value: _, ...others } = understood;
  return hasErrors(diagnostics) ? { ...others, diagnostics } : { ...understood, diagnostics };
}

/** What a case's base has: a build looks into the image. */
interface WrittenFacts extends Partial<Omit<BaseFacts, 'places' | 'system' | 'past' | 'versions'>> {
  readonly past?: Partial<BasePast>;
  readonly versions?: Readonly<Record<string, string>>;
  readonly system?: {
    readonly osRelease?: Readonly<Record<string, string>>;
    readonly packages?: readonly string[];
    readonly architecture?: string;
  };
  readonly places?: Readonly<Record<string, Partial<BasePlace>>>;
}

function holdAgainstBase(understood: UnderstoodCluster, text: string | undefined): UnderstoodCluster {
  const { value: cluster, baseJudge } = understood;
  if (text === undefined || cluster === undefined || baseJudge === undefined) return understood;
  const written: WrittenFacts = JSON.parse(text);
  const { places = {}, system = {}, past = {}, versions = {}, ...others } = written;
  const nodes = cluster.nodes.map((node) => node.name);
  const shell = { kind: 'file', leadsTo: 'file', isExecutable: true } as const;
  const nothing = { kind: null, leadsTo: null, isExecutable: false, blockedBy: null, owner: null };
  const known = Object.entries({ '/bin/bash': shell, ...places }).map(
    ([path, place]): [string, BasePlace] => [path, { path, ...nothing, ...place }],
  );
  const empty = { name: 'my-base', nodes, accounts: [], groups: [], lacks: [], hindrances: [] };
  const { osRelease = {}, packages = [], architecture = null } = system;
  const told = { osRelease: new Map(Object.entries(osRelease)), packages: new Set(packages), architecture };
  const nowhere = { nodeOf: null, isInSwarm: false, isInPool: false, networks: [] };
  const packageVersions = new Map(Object.entries(versions));
  const facts = {
    ...empty,
    ...others,
    versions: packageVersions,
    system: told,
    past: { ...nowhere, ...past },
  };
  const found = baseJudge.judge({ ...facts, places: new Map(known) });
  const diagnostics = [...understood.diagnostics, ...found];
  const { value: _, ...rest } = understood;
  return hasErrors(diagnostics) ? { ...rest, diagnostics } : { ...understood, diagnostics };
}

/** Path of the expected report of a case. */
export function expectationOf(name: string): string {
  return join(cases, name, 'stderr.txt');
}

function readOptional(path: string): string | undefined {
  return existsSync(path) ? readInput(path) : undefined;
}

/** Text of an input. `%KEY%` stands for the word that makes a scanner for leaked keys report the repository. */
export function readInput(path: string): string {
  return readFileSync(path, 'utf8').replaceAll('%KEY%', 'KEY');
}

/** Looks at what a reference points to, with the case's folder in the place of `/project`. */
function lookAt(directory: string, reference: Reference): HostPath {
  const { projectDirectory } = environment;
  const absolutePath = isAbsolute(reference.written)
    ? reference.written
    : normalize(join(projectDirectory, reference.written));
  const onDisk = join(directory, absolutePath.slice(projectDirectory.length));
  const nothing = { ...reference, absolutePath, realPath: absolutePath, sizeBytes: 0 };
  if (!absolutePath.startsWith(`${projectDirectory}/`) || !existsSync(onDisk))
    return { ...nothing, kind: 'missing' };
  const status = lstatSync(realpathSync(onDisk));
  const { targets = [] } = reference;
  if (status.isDirectory()) return { ...nothing, kind: 'directory', items: itemsOf(onDisk, targets) };
  if (reference.purpose === 'extra-file' && !isJudged({ targets }))
    return { ...nothing, kind: 'file', sizeBytes: status.size };
  const text = readInput(onDisk);
  const decoded = isUtf8(readFileSync(onDisk)) ? {} : { isUndecodable: true };
  const file = { ...nothing, kind: 'file', sizeBytes: status.size, text, ...decoded } as const;
  // What the host would find in the archive, which need not be one here.
  return reference.purpose === 'image' ? { ...file, archive: JSON.parse(text) } : file;
}

/** What lies in a folder of a case, with the same modes for everybody who checks it out. */
function itemsOf(folder: string, targets: readonly string[]): FolderItem[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
  return ['', ...names].map((relativePath) => {
    const status = lstatSync(join(folder, relativePath));
    const common = { relativePath, mode: 0o644, sizeBytes: 0, target: '' };
    if (status.isDirectory()) return { ...common, kind: 'directory', mode: 0o755 };
    const places = targets.map((target) => posix.join(target, relativePath));
    if (!status.isSymbolicLink()) {
      const text = isJudged({ targets: places }) ? { text: readInput(join(folder, relativePath)) } : {};
      return { ...common, kind: 'file', sizeBytes: status.size, ...text };
    }
    return { ...common, kind: 'symlink', target: readlinkSync(join(folder, relativePath)) };
  });
}

/** The flags of an argument list, read by the command line's own parser. */
function parseArgv(argv: readonly string[]): DefinitionFlags {
  const program = createProgram();
  const [name] = argv;
  const command = program.commands.find((one) => one.name() === name);
  if (command === undefined) throw new Error(`there is no command ${name}`);
  command.action(() => undefined);
  program.parse(argv, { from: 'user' });
  return { ...command.opts<TypedFlags>(), argv };
}
