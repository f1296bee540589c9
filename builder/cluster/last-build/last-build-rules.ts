import type { Diagnostic } from '../../report/diagnostic.ts';
import { error, note, warning } from '../../report/finding.ts';
import type { FlagValue } from '../source/command-line.ts';
import type { Locator } from '../source/locator.ts';
import { counted, listed, shown } from '../../report/shown.ts';
import type { LastBuild } from './built-cluster.ts';
import { changeTopicOf, type ChangeTopic } from './change-topics.ts';
import type { KeyDifference } from './compare-keys.ts';
import type { Twin } from './find-twins.ts';
import type { BuildComparison, Difference, NodeDifference } from './compare-builds.ts';

/** All that these rules look at. */
export interface LastBuildContext {
  /** Undefined before the first build. */
  readonly last: LastBuild | undefined;
  readonly comparison: BuildComparison;
  readonly keys: readonly KeyDifference[];
  /** Other clusters beside a new one that seem to be the same. */
  readonly twins: readonly Twin[];
  /** Name of the cluster. */
  readonly name: string;
  /** True for `build`: what would break the cluster is an error. Else it is shown only. */
  readonly isBuilding: boolean;
  /** Values of `--remove-node`, `--revoke` and `--change`. */
  readonly removals: readonly FlagValue[];
  readonly revocations: readonly FlagValue[];
  readonly changes: readonly FlagValue[];
  readonly nodeNames: readonly string[];
  /** True when some user has no key: the cluster's login key lets people in. */
  readonly needsLoginKey: boolean;
  readonly locator: Locator;
}

type LastBuildRule = (context: LastBuildContext) => Iterable<Diagnostic>;

function* nodesMissing(context: LastBuildContext): Iterable<Diagnostic> {
  const { comparison, removals, locator, last } = context;
  const meant = new Set(removals.map(({ text }) => text));
  const [gone, lost] = [true, false].map((isMeant) =>
    comparison.goneNodes.filter((name) => meant.has(name) === isMeant),
  ) as [string[], string[]];
  const at = locator.value(['nodes']) ?? locator.value(['count']);
  if (gone.length > 0) {
    const hint =
      `the others give them no answer any more; the keys stay in ${last?.store ?? ''}, and with the same name a node ` +
      'comes back as the same node. If a card was stolen, add --revoke with its name';
    yield note('node-removed', at, `removed from the cluster: ${listed(gone)}`, hint);
  }
  if (lost.length === 0) return;
  const [are, were, them] = lost.length === 1 ? ['is', 'it was', 'it'] : ['are', 'they were', 'them'];
  const message = `${listed(lost)} ${are} missing: ${were} in the last build, and the other nodes would shut ${them} out`;
  yield graded(context, false, error('node-missing', at, message, keepHint(context, lost)));
}

function keepHint(
  { last, nodeNames, locator, isBuilding }: LastBuildContext,
  lost: readonly string[],
): string {
  const flags = lost.map((name) => `--remove-node ${name}`).join(' ');
  const count = Math.max(last?.nodes.length ?? 0, nodeNames.length);
  const keep = locator.has(['nodes']) ? 'keep it in nodes:' : `keep all nodes with --count ${count}`;
  return `${isBuilding ? '' : 'build refuses this; '}${keep}, or say that it is meant: ${flags}`;
}

function* removalsNotMade({ removals, nodeNames, last }: LastBuildContext): Iterable<Diagnostic> {
  for (const { text, at } of removals) {
    if (nodeNames.includes(text)) {
      const hint = 'take it out of nodes: or lower count as well; the flag only says that this is meant';
      yield error('removal-not-made', at, `${shown(text)} is to be removed, but is in the definition`, hint);
    } else if (last !== undefined && !last.knownNodes.includes(text)) {
      const hint = `nodes with an identity in ${last.store}: ${listed(last.knownNodes)}`;
      yield error('removal-unknown', at, `there never was a node ${shown(text)}`, hint);
    }
  }
}

function* keysRevoked({ revocations, nodeNames, last }: LastBuildContext): Iterable<Diagnostic> {
  const known = last?.knownNodes ?? [];
  for (const { text, at } of revocations.filter((one) => !known.includes(one.text))) {
    const hint = known.length > 0 ? `nodes with keys in ${last?.store ?? ''}: ${listed(known)}` : undefined;
    yield error('revocation-unknown', at, `no build has made keys for a node ${shown(text)}`, hint);
  }
  const names = revocations.map(({ text }) => text).filter((name) => known.includes(name));
  if (names.length === 0) return;
  const kept = names.filter((name) => nodeNames.includes(name));
  const flash = kept.length > 0 ? `flash ${listed(kept)} anew, whose image tells the others, or ` : '';
  const command = `tell a node that runs: ssh -F ${last?.store ?? ''}/ssh_config NODE sudo dlimage-node take-list <${last?.store ?? ''}/roster.json`;
  const message = `the keys that ${listed(names)} had are worth nothing once the other nodes know`;
  yield note('keys-revoked', revocations[0]?.at, message, `${flash}${command}`);
}

function* nameChanged(context: LastBuildContext): Iterable<Diagnostic> {
  const { name } = context.comparison;
  if (name === undefined) return;
  yield* changed(context, 'name', [name], (message, hint) =>
    error('name-changed', context.locator.value(['name']), message, hint),
  );
}

function* nodesChanged(context: LastBuildContext): Iterable<Diagnostic> {
  const { comparison, locator } = context;
  const fixed = comparison.nodes.filter(isFixed);
  const at = locator.value(['nodes']) ?? locator.value(['network', 'subnet']);
  yield* changed(context, 'nodes', fixed, (message, hint) => error('nodes-changed', at, message, hint));
}

/** A worker becomes a manager by itself, and a node takes a copy of the data; neither goes back. */
function isFixed({ field, before }: NodeDifference): boolean {
  if (field === 'role') return before === 'manager';
  if (field === 'storesData') return before === 'true';
  return field === 'address' || field === 'arbiter';
}

function* settingsChanged(context: LastBuildContext): Iterable<Diagnostic> {
  const { locator } = context;
  const of = (topic: ChangeTopic) =>
    context.comparison.settings.filter(({ path }) => changeTopicOf(path)?.topic === topic);
  const at = (topic: ChangeTopic) => {
    const [first] = of(topic);
    return locator.value(changeTopicOf(first?.path ?? '')?.path ?? []);
  };
  yield* changed(context, 'network', of('network'), (message, hint) =>
    error('network-changed', at('network'), message, hint),
  );
  yield* changed(context, 'vip', of('vip'), (message, hint) =>
    error('vip-changed', at('vip'), message, hint),
  );
  yield* changed(context, 'storage', of('storage'), (message, hint) =>
    error('storage-changed', at('storage'), message, hint),
  );
  yield* changed(context, 'swarm', of('swarm'), (message, hint) =>
    error('swarm-changed', at('swarm'), message, hint),
  );
}

/** Changes that running nodes can live with, in one line. */
function* restChanged({ comparison, last }: LastBuildContext): Iterable<Diagnostic> {
  if (last === undefined) return;
  const harmless = [
    ...comparison.settings.filter(({ path }) => changeTopicOf(path) === undefined),
    ...comparison.nodes.filter((difference) => !isFixed(difference)),
  ];
  const { newNodes } = comparison;
  const added =
    newNodes.length === 0 ? [] : [`${listed(newNodes)} ${newNodes.length === 1 ? 'is' : 'are'} new`];
  const said = [...added, ...shortList(harmless)];
  if (said.length === 0) return;
  const hint = harmless.length === 0 ? undefined : 'nodes that are not built again keep what they have';
  yield note('build-differs', undefined, `unlike the last build: ${said.join('; ')}`, hint);
}

/** People who build some nodes on another computer, or after making a key, may be let in by these only. */
function* keysDiffer({ keys, locator }: LastBuildContext): Iterable<Diagnostic> {
  const words = (list: readonly string[]) => (list.length === 0 ? "the cluster's login key" : listed(list));
  for (const { user, nodes, theirs, ours } of keys) {
    yield warning(
      'keys-differ',
      locator.value(['ssh', 'authorized_keys']),
      `${listed(nodes)} ${nodes.length === 1 ? 'lets' : 'let'} ${user} in with other ssh keys (${words(theirs)}) than what is built now (${words(ours)})`,
      'name the keys of both with --ssh-key or ssh.authorized_keys, or build all nodes again',
    );
  }
}

/** A forgotten --name makes another cluster, of which no node belongs to the first. */
function* clusterIsNew({ last, twins, name, locator }: LastBuildContext): Iterable<Diagnostic> {
  if (last !== undefined) return;
  for (const twin of twins) {
    yield warning(
      'cluster-is-new',
      locator.value(['name']),
      `${name} is a new cluster with keys of its own, but ${twin.reason} as ${twin.name} in ${twin.store}`,
      `if it is the same cluster, add --name ${twin.name}`,
    );
  }
}

/** Nobody is locked out: the identity store's login key takes the place of a key that nobody has. */
function* loginKeyMade({ last, needsLoginKey, isBuilding }: LastBuildContext): Iterable<Diagnostic> {
  if (!needsLoginKey || !isBuilding || last !== undefined) return;
  const hint =
    'to log in with your own, make one with ssh-keygen -t ed25519, or name one with --ssh-key FILE, and build again';
  yield note(
    'login-key-made',
    undefined,
    'you have no ssh key: dlimage makes one for this cluster and keeps it with the identities',
    hint,
  );
}

/** Rules about what the last build had otherwise. */
export const lastBuildRules: readonly LastBuildRule[] = [
  nodesMissing,
  removalsNotMade,
  keysRevoked,
  nameChanged,
  nodesChanged,
  settingsChanged,
  restChanged,
  keysDiffer,
  clusterIsNew,
  loginKeyMade,
];

type MakeError = (message: string, hint: string) => Diagnostic;

/** One finding for all differences of a topic. */
function* changed(
  context: LastBuildContext,
  topic: ChangeTopic,
  differences: readonly Difference[],
  make: MakeError,
): Iterable<Diagnostic> {
  if (differences.length === 0) return;
  const isMeant = context.changes.some(({ text }) => text === topic);
  const message = `unlike the last build: ${shortList(differences).join('; ')}`;
  const hint = isMeant
    ? 'build every node again: those that keep the former value do not fit'
    : `nodes that run cannot follow${context.isBuilding ? '' : ', and build refuses this'}; ${again(context)}if it is meant, add --change ${topic} and build every node again`;
  yield graded(context, isMeant, make(message, hint));
}

/** The flags of the last build, when it had some: one of them is forgotten, most likely. */
function again({ last }: LastBuildContext): string {
  return last === undefined || last.said.length === 0 ? '' : `the last build had ${last.said.join(' ')}; `;
}

/** An error stops a build; a command that builds nothing shows it. */
function graded(context: LastBuildContext, isMeant: boolean, diagnostic: Diagnostic): Diagnostic {
  if (isMeant) return { ...diagnostic, severity: 'note' };
  return context.isBuilding ? diagnostic : { ...diagnostic, severity: 'warning' };
}

/** More than these are counted. */
const longestList = 6;

function shortList(differences: readonly Difference[]): string[] {
  const more = differences.length - longestList;
  return [
    ...differences.slice(0, longestList).map(({ path, before, after }) => `${path} ${before} → ${after}`),
    ...(more > 0 ? [counted(more, 'more difference')] : []),
  ];
}
