import type { Diagnostic, Position } from '../../report/diagnostic.ts';
import { error, warning } from '../../report/finding.ts';
import { listed, shown } from '../../report/shown.ts';
import type { EnvFileName } from '../stacks/env-file.ts';
import { variableFileReferences } from '../stacks/stack-variables.ts';
import { envFilesOf, type WrittenEnvFile } from '../stacks/written-env-file.ts';
import type { WrittenStack } from '../stacks/written-stack.ts';
import { once, stacksOf } from './composed-stacks.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Lines of a file of `env_file:` that `docker stack deploy` refuses, or reads in another way than docker compose. */
function* envFileWrong(context: RuleContext): Iterable<Diagnostic> {
  for (const stack of stacksOf(context)) {
    for (const { source, content, isUndecodable } of envFilesOf(stack, context.lookUp)) {
      if (!isUndecodable) {
        yield* content.diagnostics;
        continue;
      }
      const message = `${shown(source.file)} is not text in UTF-8`;
      const hint = 'save the file as UTF-8: iconv -f latin1 -t utf-8, or the encoding menu of your editor';
      yield error('stack-env-file-malformed', undecodedPlace(source), message, hint);
    }
  }
}

function undecodedPlace({ file, text }: WrittenEnvFile['source']): Position {
  const before = text.slice(0, text.indexOf('\uFFFD')).split('\n');
  return { file, line: before.length, column: (before.at(-1) ?? '').length + 1, length: 1 };
}

/** No node has the environment of whoever deploys: a name without a value gets it at the build, as variables do. */
function* envFileNameWithoutValue(context: RuleContext): Iterable<Diagnostic> {
  for (const stack of stacksOf(context)) {
    for (const file of envFilesOf(stack, context.lookUp)) {
      for (const written of file.content.names) {
        const wrong = judgeName(stack, file, written);
        if (wrong !== undefined) yield wrong;
      }
    }
  }
}

function judgeName(
  { folder, variables }: WrittenStack,
  { source, isShared }: WrittenEnvFile,
  { name, line, column }: EnvFileName,
): Diagnostic | undefined {
  const at = { file: source.file, line, column, length: name.length };
  // What looks like nothing that people call variables may be a line of a key, and is not shown.
  const isPlain = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/.test(name);
  if (isShared) {
    const message = `${isPlain ? name : 'a name'} has no value here, but a config or secret is made of the same file`;
    return error('stack-env-file-malformed', at, message, 'make two files of it, or write NAME=value');
  }
  const value = variables.lookUp(name);
  if (value === undefined) {
    const files = listed(
      variableFileReferences(folder).map(({ written }) => written),
      'or',
    );
    return isPlain
      ? warning(
          'stack-variable-unset',
          at,
          `variable ${name} has no value, so the service does not get it`,
          `write ${name}=VALUE here, or set it in ${files}, or in the environment of this command`,
        )
      : warning('stack-variable-unset', at, 'this line sets no variable', 'write NAME=value');
  }
  if (!/[\r\n]/.test(value)) return undefined;
  const message = `the value of ${shown(name)} has several lines, which this file cannot hold`;
  return error('stack-env-file-malformed', at, message, 'name it in environment: instead');
}

/** Rules about the files of `env_file:`. */
export const stackEnvFileRules: readonly Rule[] = [
  { reads: ['stacks'], check: (context) => once(envFileWrong(context)) },
  { reads: ['stacks'], check: (context) => once(envFileNameWithoutValue(context)) },
];
