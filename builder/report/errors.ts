import type { Diagnostic, SourceText } from './diagnostic.ts';

/** Exit codes of the command, as documented in `dlimage --help`. */
export const exitCode = { done: 0, configuration: 1, usage: 2, host: 3, bug: 70 } as const;

/** The user's definition is wrong; carries every diagnostic and the texts they point into. */
export class ConfigurationError extends Error {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly SourceText[];

  constructor(diagnostics: readonly Diagnostic[], sources: readonly SourceText[] = []) {
    super(diagnostics.map((diagnostic) => diagnostic.message).join('\n'));
    this.name = 'ConfigurationError';
    this.diagnostics = diagnostics;
    this.sources = sources;
  }
}

/** The command line itself is wrong: an unknown flag, a missing argument. */
export class UsageError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'UsageError';
    this.hint = hint;
  }
}

/**
 * The host failed us: a missing program, a full disk, a failed command, an image that cannot be used.
 * `id` is stable and kebab-case; `details` are lines shown below the message (a command line, its stderr).
 */
export class HostError extends Error {
  readonly id: string;
  readonly hint: string | undefined;
  readonly details: readonly string[];

  constructor(
    id: string,
    message: string,
    options: { hint?: string; details?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HostError';
    this.id = id;
    this.hint = options.hint;
    this.details = options.details ?? [];
  }
}
