import type { Diagnostic } from '../../report/diagnostic.ts';
import type { Catalogue } from '../resolve/profiles.ts';
import { defaults } from '../model/defaults.ts';
import { didYouMeanHint } from '../../report/did-you-mean.ts';
import { isPath, isUrl, type LookUpPath, type Reference } from '../model/environment.ts';
import { error } from '../../report/finding.ts';
import type { ClusterDefinition, NodeDefinition } from '../generated/cluster.ts';
import { boardKeys, originOf } from '../resolve/references.ts';
import { topicOf, type Topic } from '../schema/topic.ts';
import { listed, shown } from '../../report/shown.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import type { Locator } from '../source/locator.ts';

/** Context for looking up profiles and bases before there is a resolved cluster. */
export interface ReferenceContext {
  readonly written: ClusterDefinition;
  readonly locator: Locator;
  readonly catalogue: Catalogue;
  readonly lookUp: LookUpPath;
}

/** Findings about profiles and bases that are named but cannot be used, and the topics they spoil. */
export interface ReferenceFindings {
  readonly diagnostics: readonly Diagnostic[];
  readonly damaged: ReadonlySet<Topic>;
}

/** Checks that every profile and base that is named exists. Runs first: everything else needs the boards. */
export function checkReferences(context: ReferenceContext): ReferenceFindings {
  const diagnostics: Diagnostic[] = [];
  const damaged = new Set<Topic>();
  for (const { purpose, key, path, name } of namedBoards(context.written)) {
    const isPathOf = key === 'base_image' || isPath(name);
    if (purpose === 'profile' && context.catalogue.profiles.has(name)) continue;
    if (purpose === 'base' && isUsableBase(context, path, name, isPathOf)) continue;
    damaged.add(topicOf(path));
    // A broken one has been reported at its own place.
    if (context.catalogue.broken.has(name)) continue;
    const at = context.locator.value(path);
    diagnostics.push(
      isPathOf
        ? unusablePath(context, { purpose, written: name, from: originOf(path, context.locator) }, at)
        : unknownName(context, purpose, name, at),
    );
  }
  for (const { path, profile, base } of defaultBases(context)) {
    if (context.catalogue.bases.has(base)) continue;
    damaged.add(topicOf(path)).add('base');
    if (context.catalogue.broken.has(base)) continue;
    const message = `the default base ${shown(base)} of profile ${shown(profile)} does not exist`;
    diagnostics.push(
      error(
        'default-base-unknown',
        context.locator.value(path),
        message,
        'name a base with --base, or correct the profile',
      ),
    );
  }
  return { diagnostics, damaged };
}

/** Profiles that are used without a base being named, once each, with the base that they bring. */
function defaultBases({
  written,
  catalogue,
}: ReferenceContext): { path: DefinitionPath; profile: string; base: string }[] {
  if (written.base !== undefined) return [];
  const found = new Map<string, { path: DefinitionPath; profile: string; base: string }>();
  for (const [index, node] of (written.nodes ?? [{}]).entries()) {
    const profile = node.profile ?? written.profile ?? defaults.profile;
    const base = catalogue.profiles.get(profile)?.default_base;
    if (node.base !== undefined || base === undefined || found.has(profile)) continue;
    const path = node.profile === undefined ? ['profile'] : ['nodes', index, 'profile'];
    found.set(profile, { path, profile, base });
  }
  return [...found.values()];
}

interface Board {
  readonly purpose: 'profile' | 'base';
  readonly key: (typeof boardKeys)[number]['key'];
  readonly path: DefinitionPath;
  readonly name: string;
}

function namedBoards(written: ClusterDefinition): Board[] {
  type Named = Pick<NodeDefinition, (typeof boardKeys)[number]['key']>;
  const named: { definition: Named; path: DefinitionPath }[] = [
    { definition: { ...written, profile: written.profile ?? defaults.profile }, path: [] },
    ...(written.nodes ?? []).map((definition, index) => ({ definition, path: ['nodes', index] })),
  ];
  return named.flatMap(({ definition, path }) =>
    boardKeys.flatMap(({ key, purpose }) => {
      const name = definition[key];
      return name === undefined ? [] : [{ purpose, key, name, path: [...path, key] }];
    }),
  );
}

function isUsableBase(
  { catalogue, lookUp, locator }: ReferenceContext,
  path: DefinitionPath,
  name: string,
  isPathOf: boolean,
): boolean {
  if (isUrl(name)) return true;
  if (!isPathOf) return catalogue.bases.has(name);
  return lookUp({ purpose: 'base', written: name, from: originOf(path, locator) })?.kind === 'file';
}

function unusablePath(context: ReferenceContext, reference: Reference, at: Diagnostic['at']): Diagnostic {
  const { purpose, written } = reference;
  const found = context.lookUp(reference);
  if (found === undefined || found.kind === 'missing') {
    const hint = purpose === 'base' ? 'give the path or URL of an image, or the name of a base' : undefined;
    return error(
      'path-missing',
      at,
      `${purpose} ${shown(written)} does not exist`,
      hint ?? 'give the path of a profile, or the name of one',
    );
  }
  if (found.kind === 'unreadable') {
    return error(
      'path-unreadable',
      at,
      `${purpose} ${shown(written)} cannot be read${found.what === undefined ? '' : `: ${found.what}`}`,
      'check its permissions',
    );
  }
  const message = `${purpose} ${shown(written)} is ${found.kind === 'directory' ? 'a directory' : (found.what ?? 'not a regular file')}`;
  return error('path-not-a-file', at, message, 'give the file itself');
}

function unknownName(
  context: ReferenceContext,
  purpose: 'profile' | 'base',
  name: string,
  at: Diagnostic['at'],
): Diagnostic {
  const names = [
    ...(purpose === 'profile' ? context.catalogue.profiles : context.catalogue.bases).keys(),
  ].filter((known) => !isPath(known));
  const known = `known: ${listed(names.toSorted())}; a path of your own begins with ./`;
  const meant = didYouMeanHint(name, names);
  const hint = meant === undefined ? known : `${meant} ${known}`;
  return purpose === 'profile'
    ? error('profile-unknown', at, `there is no profile ${shown(name)}`, hint)
    : error('base-unknown', at, `there is no base ${shown(name)}`, hint);
}
