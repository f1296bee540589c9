import type { Diagnostic } from '../../report/diagnostic.ts';
import { error } from '../finding.ts';
import { stackName } from '../formats/name-formats.ts';
import { shown } from '../shown.ts';
import { isMapping } from '../source/is-mapping.ts';
import { readStacks, stackFilesOf, type ParsedStack, type WrittenStack } from '../stacks/written-stack.ts';
import { checkSource } from './source-rules.ts';
import type { Rule, RuleContext } from './rule.ts';

function stacksOf({ written, lookUp }: RuleContext): WrittenStack[] {
  return readStacks(written.stacks, lookUp);
}

/** The stacks whose compose file is YAML. */
function* composed(context: RuleContext): Iterable<WrittenStack & { readonly compose: ParsedStack }> {
  for (const stack of stacksOf(context)) {
    if (stack.compose !== undefined) yield { ...stack, compose: stack.compose };
  }
}

function* stackFileUnusable(context: RuleContext): Iterable<Diagnostic> {
  for (const { path, file, found, compose, diagnostics } of stacksOf(context)) {
    const at = context.locator.value(path);
    const wrong = checkSource(context, { written: file, at, found });
    if (wrong !== undefined) yield wrong;
    else if (compose === undefined && diagnostics.length === 0) {
      yield error('stack-not-compose', at, `${shown(file)} is too large for a compose file`);
    } else yield* diagnostics;
  }
}

function* stackNameWrong(context: RuleContext): Iterable<Diagnostic> {
  const { written, locator } = context;
  const seen = new Set<string>();
  // The names of a mapping are the schema's business, and cannot be there twice.
  if (!Array.isArray(written.stacks)) return;
  for (const { name, path, file } of stacksOf(context)) {
    const at = locator.value(path);
    const wrong = stackName(name, { name: `${shown(name)}, from the name of ${shown(file)},`, at });
    if (wrong !== undefined) yield wrong;
    if (seen.has(name)) {
      const hint = `give them names: stacks: { ${name}: ${file} }`;
      yield error('stack-twice', at, `there is a stack ${shown(name)} already`, hint);
    }
    seen.add(name);
  }
}

function* stackNotCompose(context: RuleContext): Iterable<Diagnostic> {
  for (const { file, compose } of composed(context)) {
    const services = isMapping(compose.tree) ? compose.tree['services'] : undefined;
    if (isMapping(services) && Object.keys(services).length > 0) continue;
    const at = compose.locator.value(['services']) ?? { file, line: 1, column: 1, length: 1 };
    const hint = 'a compose file has services:, and below it a service with its image';
    yield error('stack-not-compose', at, `${shown(file)} has no services, so it is no compose file`, hint);
  }
}

function* serviceWithoutImage(context: RuleContext): Iterable<Diagnostic> {
  for (const { compose } of composed(context)) {
    for (const { name, path, image, isBuilt } of compose.content.services) {
      if (isBuilt) {
        const at = compose.locator.key([...path, 'build']);
        const message = `service ${shown(name)} would be built on the nodes, which a swarm does not do`;
        const hint = 'build it here, `docker save` it, add the file to images, and write its image';
        yield error('stack-builds', at, message, hint);
      } else if (image === undefined) {
        const at = compose.locator.key(path);
        const hint = 'add image: NAME:TAG';
        yield error('stack-without-image', at, `service ${shown(name)} has no image`, hint);
      }
    }
  }
}

function* bindRelative(context: RuleContext): Iterable<Diagnostic> {
  for (const { compose } of composed(context)) {
    for (const { binds } of compose.content.services) {
      for (const { path, source } of binds) {
        // A variable may stand for anything.
        if (/^[/$]/.test(source)) continue;
        const message = `${shown(source)} is a folder beside the compose file, which the nodes do not have`;
        const hint =
          'write the folder on the nodes; data that moves with the service goes below /mnt/cluster';
        yield error('stack-bind-relative', compose.locator.value(path), message, hint);
      }
    }
  }
}

function* stackFileWrong(context: RuleContext): Iterable<Diagnostic> {
  for (const stack of composed(context)) {
    for (const { path, file, found } of stackFilesOf(stack, context.lookUp)) {
      const at = stack.compose.locator.value(path);
      const source = { written: file, at, found, start: 'the folder of the compose file' };
      const wrong = checkSource(context, source);
      if (wrong !== undefined) yield wrong;
    }
  }
}

/** Rules about stacks, each by itself. */
export const stackRules: readonly Rule[] = [
  { reads: ['stacks'], check: stackFileUnusable },
  { reads: ['stacks'], check: stackNameWrong },
  { reads: ['stacks'], check: stackNotCompose },
  { reads: ['stacks'], check: serviceWithoutImage },
  { reads: ['stacks'], check: bindRelative },
  { reads: ['stacks'], check: stackFileWrong },
];
