import type { Diagnostic } from '../../report/diagnostic.ts';
import { error } from '../../report/finding.ts';
import { shown } from '../../report/shown.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import { isMapping } from '../source/is-mapping.ts';
import { hasOpenQuote } from '../stacks/shell-words.ts';
import { at, entriesAt, textAt } from '../stacks/tree-access.ts';
import { composedFiles, once, placeOf, type ComposedFile } from './composed-stacks.ts';
import type { Rule, RuleContext } from './rule.ts';

const sections = ['networks', 'volumes', 'configs', 'secrets'] as const;

/** Keys that exclude each other, which the schema does not know. Source: docker/cli, cli/compose/loader and convert. */
function* keysConflict(context: RuleContext): Iterable<Diagnostic> {
  for (const composed of composedFiles(context)) {
    const { tree } = composed.compose;
    for (const section of sections) {
      for (const [name, one] of entriesAt(tree, section))
        yield* resourceConflicts(composed, [section, name], one);
    }
    for (const [name, service] of entriesAt(tree, 'services')) {
      yield* serviceConflicts(composed, ['services', name], service);
    }
  }
}

function* resourceConflicts(
  composed: ComposedFile,
  path: DefinitionPath,
  one: unknown,
): Iterable<Diagnostic> {
  const external = at(one, 'external');
  if (isMapping(external) && textAt(one, 'name') !== undefined && textAt(external, 'name') !== undefined) {
    yield conflict(composed, [...path, 'name'], 'name and external.name', 'write external: true and name');
  }
  const isExternal = external === true || isMapping(external);
  for (const key of path[0] === 'volumes' && isExternal ? ['driver', 'driver_opts', 'labels'] : []) {
    const value = at(one, key);
    const isEmpty = value === undefined || (isMapping(value) && Object.keys(value).length === 0);
    if (isEmpty) continue;
    yield conflict(
      composed,
      [...path, key],
      `external and ${key}`,
      'an external volume is made elsewhere: remove one of the two',
    );
  }
  if (textAt(one, 'driver') !== undefined && textAt(one, 'file') !== undefined && !isExternal) {
    yield conflict(composed, [...path, 'file'], 'driver and file', 'remove one of the two');
  }
}

function* serviceConflicts(
  composed: ComposedFile,
  path: DefinitionPath,
  service: unknown,
): Iterable<Diagnostic> {
  const deploy = at(service, 'deploy');
  const mode = textAt(deploy, 'mode');
  if (mode?.startsWith('global') === true && at(deploy, 'replicas') !== undefined) {
    const hint = `remove it: mode: ${mode} runs one on every node that fits`;
    yield conflict(composed, [...path, 'deploy', 'replicas'], `mode: ${mode} and replicas`, hint);
  }
  const health = at(service, 'healthcheck');
  if (at(health, 'disable') === true && at(health, 'test') !== undefined) {
    yield conflict(composed, [...path, 'healthcheck', 'test'], 'disable and test', 'remove one of the two');
  }
}

function conflict(composed: ComposedFile, path: DefinitionPath, keys: string, hint: string): Diagnostic {
  const place = composed.compose.locator.key(path);
  return error('stack-keys-conflict', place, `Docker refuses ${keys} together`, hint);
}

/** Docker takes a command apart as a shell would. */
function* commandMalformed(context: RuleContext): Iterable<Diagnostic> {
  for (const composed of composedFiles(context)) {
    for (const [name, service] of entriesAt(composed.compose.tree, 'services')) {
      for (const key of ['command', 'entrypoint']) {
        const text = textAt(service, key);
        if (text === undefined || !hasOpenQuote(text)) continue;
        const message = `${key} of service ${shown(name)} has a quote that is not closed`;
        const hint = `close it, put \\ before it, or write a list: ${key}: [WORD, WORD]`;
        yield error('stack-command-quote', placeOf(composed, ['services', name, key]), message, hint);
      }
    }
  }
}

/** Rules about keys and values that Docker refuses together. */
export const stackConflictRules: readonly Rule[] = [
  { reads: ['stacks'], check: (context) => once(keysConflict(context)) },
  { reads: ['stacks'], check: (context) => once(commandMalformed(context)) },
];
