import type { CommanderError } from 'commander';
import { UsageError } from '../report/errors.ts';

/**
 * What commander says of a wrong command line, as an error of ours: `error: unknown option '--x'` and, in a line of its
 * own, a suggestion become message and hint. Without a command its message is the whole help, or nothing.
 */
export function usageErrorOf({ code, message }: Pick<CommanderError, 'code' | 'message'>): UsageError {
  if (code === 'commander.help' || code === 'commander.helpDisplayed')
    return new UsageError('there is no command', 'see dlimage --help');
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n');
  const suggestion = rest.join(' ').replace(/^\((.*)\)$/, '$1');
  return new UsageError(first, suggestion === '' ? 'see dlimage --help' : suggestion);
}
