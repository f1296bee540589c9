import type { Diagnostic, Position } from '../../report/diagnostic.ts';
import { error, note, warning } from '../../report/finding.ts';
import { listed, shown } from '../../report/shown.ts';
import { variableFileReferences } from '../stacks/stack-variables.ts';
import { parseVariableFile } from '../stacks/variable-file.ts';
import type { ComposeVariable } from '../stacks/fill-compose.ts';
import { usedVariables } from '../stacks/written-env-file.ts';
import { composedFiles, once, placeOf, stacksOf, type ComposedFile } from './composed-stacks.ts';
import { checkInside } from './source-rules.ts';
import type { Rule, RuleContext } from './rule.ts';

function* variableMissing(context: RuleContext): Iterable<Diagnostic> {
  for (const composed of composedFiles(context)) {
    for (const variable of composed.compose.filled.variables) {
      const { name, value, isRequired, reason } = variable;
      if (value !== undefined) continue;
      const at = variablePlace(composed, variable);
      const hint = `set it in ${listed(
        variableFileReferences(composed.stack.folder).map(({ written }) => written),
        'or',
      )}, or in the environment of this command`;
      if (isRequired) {
        const why = reason === '' ? '' : `: ${shown(reason)}`;
        yield error(
          'stack-variable-missing',
          at,
          `variable ${name} has no value${why}`,
          `${hint}; a default is written \${${name}:-DEFAULT}`,
        );
      } else {
        yield warning(
          'stack-variable-unset',
          at,
          `variable ${name} has no value, so the service does not get it`,
          hint,
        );
      }
    }
  }
}

function* variableMalformed(context: RuleContext): Iterable<Diagnostic> {
  for (const composed of composedFiles(context)) {
    const { malformed, wrongTypes } = composed.compose.filled;
    for (const path of malformed) {
      const hint = 'write ${NAME} or ${NAME:-DEFAULT}, with no variable inside the default, or $$ for a $';
      yield error('stack-variable-malformed', placeOf(composed, path), 'a $ here begins no variable', hint);
    }
    for (const { path, expected } of wrongTypes) {
      const what = expected === 'number' ? 'a number' : 'true or false';
      const message = `${composed.compose.locator.name(path)} must be ${what}, and is not with the values of its variables`;
      yield error('stack-variable-type', placeOf(composed, path), message);
    }
  }
}

/** Values from the environment are in no file: the same folder would build something else elsewhere. */
function* variablesFromEnvironment(context: RuleContext): Iterable<Diagnostic> {
  for (const stack of stacksOf(context)) {
    const taken = usedVariables(stack, context.lookUp).filter(
      (name) => stack.variables.originOf(name)?.from === 'environment',
    );
    if (taken.length === 0) continue;
    const message = `stack ${shown(stack.name)} takes ${listed(taken)} from the environment of this command`;
    yield note(
      'stack-variable-environment',
      context.locator.value(stack.path),
      message,
      'write them into .env to build the same elsewhere',
    );
  }
}

function* variableFileWrong(context: RuleContext): Iterable<Diagnostic> {
  const references = stacksOf(context).flatMap(({ folder }) => variableFileReferences(folder));
  for (const reference of new Map(references.map((one) => [one.written, one])).values()) {
    const found = context.lookUp(reference);
    if (found === undefined || found.kind === 'missing') continue;
    const { written } = reference;
    const outside = checkInside(context, { written, at: undefined, found });
    if (outside !== undefined) yield outside;
    else if (found.text !== undefined)
      yield* parseVariableFile({ file: written, text: found.text }).diagnostics;
    else
      yield error(
        'stack-env-unreadable',
        undefined,
        `${shown(written)} cannot be read as the values of variables`,
        'it must be a file of at most 1 MiB',
      );
  }
}

/** The place of the variable itself where it stands on the first line of its value, as it is written. */
function variablePlace(composed: ComposedFile, { path, written }: ComposeVariable): Position | undefined {
  const { locator } = composed.compose;
  const at = locator.value(path);
  const line = (locator.text(path) ?? '').split(/\r?\n/, 1)[0] ?? '';
  const column = line.indexOf(written);
  if (at === undefined || column < 0 || at.length < column + written.length) return at;
  return { ...at, column: at.column + column, length: written.length };
}

/** Rules about the variables of compose files and the files that give them values. */
export const stackVariableRules: readonly Rule[] = [
  { reads: ['stacks'], check: (context) => once(variableMissing(context)) },
  { reads: ['stacks'], check: (context) => once(variableMalformed(context)) },
  { reads: ['stacks'], check: variablesFromEnvironment },
  { reads: ['stacks'], check: variableFileWrong },
];
