import { ownCommand } from '../../system/host/own-command.ts';
import type { Diagnostic } from '../../report/diagnostic.ts';

/** Commands that messages name, as in `see dlimage base list`; `made by dlimage build` is none to type. */
const namedCommand =
  /(?<!\bby )(?<![\w/.-])dlimage (?=(?:apply|base|build|completion|diff|doctor|init|inspect|packer|plan|render|status|verify)\b)/g;

/** A text whose commands work as they stand, however dlimage was started. */
export function asTyped(text: string): string {
  return text.replaceAll(namedCommand, () => `${ownCommand()} `);
}

/** Findings with such texts. */
export function diagnosticsAsTyped(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.map(({ message, hint, ...others }) => ({
    ...others,
    message: asTyped(message),
    ...(hint === undefined ? {} : { hint: asTyped(hint) }),
  }));
}
