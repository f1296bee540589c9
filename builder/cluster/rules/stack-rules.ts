import type { Diagnostic } from '../../report/diagnostic.ts';
import { error, warning } from '../../report/finding.ts';
import { stackName } from '../values/name-formats.ts';
import { shown } from '../../report/shown.ts';
import { isMapping } from '../source/is-mapping.ts';
import { stackFilesOf, type WrittenStack } from '../stacks/written-stack.ts';
import { composedFiles, once, stacksOf } from './composed-stacks.ts';
import { checkSource } from './source-rules.ts';
import type { Rule, RuleContext } from './rule.ts';

function* stackFileUnusable(context: RuleContext): Iterable<Diagnostic> {
  const seen = new Set<string>();
  for (const { path, file, found, compose, diagnostics } of stacksOf(context).flatMap(({ files }) => files)) {
    const at = context.locator.value(path);
    const wrong = checkSource(context, { written: file, at, found });
    if (wrong !== undefined) yield wrong;
    else if (compose === undefined && diagnostics.length === 0) {
      yield error('stack-not-compose', at, `${shown(file)} is too large for a compose file`);
    } else if (!seen.has(file)) yield* diagnostics;
    seen.add(file);
  }
}

function* stackNameWrong(context: RuleContext): Iterable<Diagnostic> {
  const { written, locator } = context;
  const seen = new Set<string>();
  // The names of a mapping are the schema's business, and cannot be there twice.
  if (!Array.isArray(written.stacks)) return;
  for (const { name, path, files } of stacksOf(context)) {
    const at = locator.value(path);
    const file = files[0]?.file ?? '';
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
  for (const stack of stacksOf(context)) {
    const read = stack.files.flatMap(({ compose }) => compose ?? []);
    // A file beside others may hold nothing but their secrets.
    if (read.length < stack.files.length || read.some(({ tree }) => hasServices(tree))) continue;
    const [first] = stack.files;
    const { file = '', compose } = first ?? {};
    const at = compose?.locator.value(['services']) ?? { file, line: 1, column: 1, length: 1 };
    const hint = 'a compose file has services:, and below it a service with its image';
    yield error('stack-not-compose', at, `${shown(file)} has no services, so it is no compose file`, hint);
  }
}

function hasServices(tree: unknown): boolean {
  const services = isMapping(tree) ? tree['services'] : undefined;
  return isMapping(services) && Object.keys(services).length > 0;
}

function* serviceWithoutImage(context: RuleContext): Iterable<Diagnostic> {
  for (const stack of stacksOf(context)) {
    const withImage = namesOf(stack, ({ image }) => image !== undefined);
    const extended = namesOf(stack, ({ isExtended }) => isExtended);
    const told = new Set<string>();
    for (const { compose } of stack.files) {
      for (const { name, path, isBuilt } of compose?.content.services ?? []) {
        if (isBuilt) {
          const at = compose?.locator.key([...path, 'build']);
          const hint = 'build it here, `docker save` it, add the file to images, and write its image';
          if (withImage.has(name)) {
            yield warning('stack-build-ignored', at, 'build: does nothing: a swarm takes the image', hint);
          } else {
            const message = `service ${shown(name)} would be built on the nodes, which a swarm does not do`;
            yield error('stack-builds', at, message, hint);
          }
        } else if (!withImage.has(name) && !extended.has(name) && !told.has(name)) {
          const hint = 'add image: NAME:TAG';
          const at = compose?.locator.key(path);
          yield error('stack-without-image', at, `service ${shown(name)} has no image`, hint);
        }
        told.add(name);
      }
    }
  }
}

/** Names of the services that are so in any file of the stack. */
function namesOf(
  { files }: WrittenStack,
  is: (service: { readonly image: string | undefined; readonly isExtended: boolean }) => boolean,
): ReadonlySet<string> {
  const services = files.flatMap(({ compose }) => compose?.content.services ?? []);
  return new Set(services.filter(is).map(({ name }) => name));
}

/** Sizes that swarm's store takes. Source: moby/swarmkit, api/validation. */
const largest = { config: 1000 * 1024, secret: 500 * 1024 } as const;

function* stackFileWrong(context: RuleContext): Iterable<Diagnostic> {
  for (const composed of composedFiles(context)) {
    for (const { path, file, kind, found } of stackFilesOf(composed.stack, composed, context.lookUp)) {
      const at = composed.compose.locator.value(path);
      const start =
        composed.stack.files.length === 1
          ? 'the folder of the compose file'
          : `the folder of the stack's first compose file`;
      const wrong = checkSource(context, { written: file, at, found, start });
      if (wrong !== undefined) yield wrong;
      if (wrong !== undefined || found === undefined || kind === 'env_file') continue;
      if (found.sizeBytes === 0) {
        yield error('stack-file-size', at, `${shown(file)} is empty, which Docker refuses for a ${kind}`);
      } else if (found.sizeBytes >= largest[kind]) {
        const message = `${shown(file)} has ${found.sizeBytes} bytes, but a ${kind} has less than ${largest[kind]}`;
        yield error('stack-file-size', at, message, 'put it below /mnt/cluster, or into the image');
      }
    }
  }
}

/** Rules about stacks and their files, each by itself. */
export const stackRules: readonly Rule[] = [
  { reads: ['stacks'], check: stackFileUnusable },
  { reads: ['stacks'], check: stackNameWrong },
  { reads: ['stacks'], check: stackNotCompose },
  { reads: ['stacks'], check: (context) => once(serviceWithoutImage(context)) },
  { reads: ['stacks'], check: (context) => once(stackFileWrong(context)) },
];
