import type { Diagnostic } from '../../report/diagnostic.ts';
import { error, warning } from '../../report/finding.ts';
import { keysAt } from '../schema/unknown-key.ts';
import { validateDefinition } from '../schema/validate-definition.ts';
import { shown } from '../../report/shown.ts';
import { isMapping } from '../source/is-mapping.ts';
import { explainComposeKey } from '../stacks/compose-keys.ts';
import { compileComposeSchema, newestMinor } from '../stacks/compose-schema.ts';
import { composeVersionOf, newestCommonMinor } from '../stacks/compose-version.ts';
import { ignoredKeys, isKeyIgnored } from '../stacks/ignored-keys.ts';
import { at, entriesAt } from '../stacks/tree-access.ts';
import type { ParsedCompose } from '../stacks/written-stack.ts';
import { composedFiles, dockersOf, once, placeOf, stacksOf, type ComposedFile } from './composed-stacks.ts';
import type { Rule, RuleContext } from './rule.ts';

function* schemaRefuses(context: RuleContext): Iterable<Diagnostic> {
  const dockers = dockersOf(context);
  for (const composed of composedFiles(context)) {
    const { compose } = composed;
    const written = at(compose.tree, 'version');
    const version = composeVersionOf(written, dockers);
    if (version === undefined && typeof written === 'string')
      yield unknownVersion(composed, written, dockers);
    const schema = compileComposeSchema(context.composeSchema, version?.minor ?? newestCommonMinor(dockers));
    // The nodes' copy says the version where the user's file does not.
    const tree =
      typeof version?.written === 'string' && isMapping(compose.tree)
        ? { ...compose.tree, version: version.written }
        : compose.tree;
    const { diagnostics } = validateDefinition({ ...compose, tree }, schema, (...problem) =>
      explainLater(explainComposeKey(...problem), problem, context, version?.minor),
    );
    // What is said of the values of variables is not said again of their types.
    const told = new Set(
      compose.filled.wrongTypes.map(({ path }) => JSON.stringify(placeOf(composed, path))),
    );
    yield* diagnostics.filter(({ at: place }) => !told.has(JSON.stringify(place)));
  }
}

type Explained = ReturnType<typeof explainComposeKey>;

/** A key that a later version of compose files has is right where that version can be written. */
function explainLater(
  explained: Explained,
  [parent, key]: Parameters<typeof explainComposeKey>,
  context: RuleContext,
  minor: number | undefined,
): Explained {
  const newest = newestCommonMinor(dockersOf(context));
  for (let later = (minor ?? newest) + 1; later <= newestMinor; later += 1) {
    const { schema } = compileComposeSchema(context.composeSchema, later);
    if (keysAt(schema, parent).includes(key)) {
      const hint =
        later <= newest
          ? `write version: '3.${later}' or a later one, or no version at all`
          : `it came with version 3.${later}, and Docker on these nodes knows 3.${newest}: leave it out`;
      return { ...explained, diagnostic: { ...explained.diagnostic, hint } };
    }
  }
  return explained;
}

function unknownVersion(
  { compose }: ComposedFile,
  written: string,
  dockers: readonly (string | undefined)[],
): Diagnostic {
  const newest = newestCommonMinor(dockers);
  const message = `docker stack deploy does not know version ${shown(written)} of compose files`;
  const hint = `remove the line, or write a version from '3.0' to '3.${newest}', which Docker on these nodes knows`;
  return error('stack-version-unknown', compose.locator.value(['version']), message, hint);
}

function* versionsDiffer(context: RuleContext): Iterable<Diagnostic> {
  const dockers = dockersOf(context);
  for (const { files } of stacksOf(context)) {
    const read = files.flatMap(({ file, compose }) => (compose === undefined ? [] : [{ file, compose }]));
    const [first, ...others] = read.map((one) => ({
      ...one,
      minor: composeVersionOf(at(one.compose.tree, 'version'), dockers)?.minor,
    }));
    for (const { file, compose, minor } of others) {
      if (first?.minor === undefined || minor === undefined || minor === first.minor) continue;
      const place = compose.locator.value(['version']) ?? { file, line: 1, column: 1, length: 1 };
      const message = `this file has version 3.${minor}, but ${shown(first.file)} of the same stack has 3.${first.minor}`;
      yield error('stack-versions-differ', place, message, 'write the same version in both, or in none');
    }
  }
}

function* keysIgnored(context: RuleContext): Iterable<Diagnostic> {
  const dockers = dockersOf(context);
  for (const { compose } of composedFiles(context)) {
    for (const [name, service] of entriesAt(compose.tree, 'services')) {
      if (!isMapping(service)) continue;
      for (const key of Object.keys(service)) {
        const instead = ignoredKeys.get(key);
        if (instead === undefined || !isKeyIgnored(key, service, dockers)) continue;
        const place = compose.locator.key(['services', name, key]);
        yield warning(
          'stack-key-ignored',
          place,
          `a swarm ignores ${key} of service ${shown(name)}`,
          instead,
        );
      }
      yield* addressesIgnored(compose, name, service);
    }
  }
}

/** A swarm gives addresses itself. */
function* addressesIgnored(compose: ParsedCompose, name: string, service: unknown): Iterable<Diagnostic> {
  for (const [network, settings] of entriesAt(service, 'networks')) {
    for (const key of ['ipv4_address', 'ipv6_address']) {
      if (at(settings, key) === undefined) continue;
      const place = compose.locator.key(['services', name, 'networks', network, key]);
      const message = `a swarm ignores ${key} of service ${shown(name)}`;
      const hint = 'other services reach it by its name; aliases gives it more of them';
      yield warning('stack-key-ignored', place, message, hint);
    }
  }
}

/** Rules about the keys and types of compose files. */
export const stackSchemaRules: readonly Rule[] = [
  { reads: ['stacks', 'profile', 'base', 'nodes'], check: (context) => once(schemaRefuses(context)) },
  { reads: ['stacks', 'profile', 'base', 'nodes'], check: versionsDiffer },
  { reads: ['stacks', 'profile', 'base', 'nodes'], check: (context) => once(keysIgnored(context)) },
];
