import type { Diagnostic } from '../../report/diagnostic.ts';
import { didYouMeanHint } from '../../report/did-you-mean.ts';
import type { HostPath } from '../model/environment.ts';
import { error } from '../../report/finding.ts';
import type { FileDefinition } from '../generated/cluster.ts';
import { resolveOwner } from '../resolve/resolve-files.ts';
import { listed, shown } from '../../report/shown.ts';
import type { Rule, RuleContext } from './rule.ts';
import { checkSource } from './source-rules.ts';

/** An extra file with what the host found at its source. */
interface WrittenFile {
  readonly file: FileDefinition;
  readonly index: number;
  readonly found: HostPath | undefined;
}

function writtenFiles({ written, lookUp }: RuleContext): WrittenFile[] {
  return (written.files ?? []).map((file, index) => ({
    file,
    index,
    found: lookUp({ purpose: 'extra-file', written: file.source, from: 'definition' }),
  }));
}

function* sourceWrong(context: RuleContext): Iterable<Diagnostic> {
  for (const { file, index, found } of writtenFiles(context)) {
    const at = context.locator.value(['files', index, 'source']);
    const wrong = checkSource(context, { written: file.source, at, found, mayBeFolder: true });
    if (wrong !== undefined) yield wrong;
  }
}

function* ownerUnknown(context: RuleContext): Iterable<Diagnostic> {
  for (const { file, index } of writtenFiles(context)) {
    if (file.owner === undefined || resolveOwner(file, context.cluster.users) !== undefined) continue;
    const known = listed(['root', ...context.cluster.users.map((user) => user.name)], 'and');
    const message = `owner ${shown(file.owner)} is not known before the node has started: known are ${known}`;
    yield error(
      'owner-unknown',
      context.locator.value(['files', index, 'owner']),
      message,
      "use numbers for the system's other users, like 33:33 for www-data",
    );
  }
}

function* fileForUnknownNode(context: RuleContext): Iterable<Diagnostic> {
  const names = new Set(context.cluster.nodes.map((node) => node.name));
  for (const { file, index } of writtenFiles(context)) {
    for (const [place, name] of (file.nodes ?? []).entries()) {
      if (names.has(name)) continue;
      const at = context.locator.value(['files', index, 'nodes', place]);
      yield error(
        'file-for-unknown-node',
        at,
        `the cluster has no node ${shown(name)}`,
        didYouMeanHint(name, names),
      );
    }
  }
}

/** Rules about extra files. */
export const fileRules: readonly Rule[] = [
  { reads: ['files'], check: sourceWrong },
  { reads: ['files', 'users'], check: ownerUnknown },
  { reads: ['files', 'name', 'nodes', 'count'], check: fileForUnknownNode },
];
