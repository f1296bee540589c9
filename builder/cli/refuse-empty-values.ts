import type { Command } from 'commander';
import { UsageError } from '../report/errors.ts';

/**
 * Refuses flags and arguments that are there and empty, as `--out "$PLACE"` is without a `PLACE`: an empty path would be
 * the current folder, or count as left out.
 *
 * @throws UsageError
 */
export function refuseEmptyValues(command: Command): void {
  const flag = command.options.find((option) => isEmpty(command.getOptionValue(option.attributeName())));
  const place = command.processedArgs.findIndex(isEmpty);
  const empty = flag?.long ?? command.registeredArguments[place]?.name();
  if (empty === undefined) return;
  throw new UsageError(
    `the value of ${empty} is empty`,
    'give a value, or leave it out; a variable of the shell that is not set is empty',
  );
}

function isEmpty(value: unknown): boolean {
  return value === '' || (Array.isArray(value) && value.includes(''));
}
