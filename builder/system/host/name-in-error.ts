import { HostError } from '../../report/errors.ts';

/**
 * The same error with another name for a file, wherever it is named: users know the file that they gave, not the copy
 * that was made of it.
 */
export function nameInError(error: unknown, path: string, name: string): unknown {
  if (!(error instanceof HostError) || path === name) return error;
  const { id, message, hint, details } = error;
  const named = (text: string): string => text.replaceAll(path, name);
  return new HostError(id, named(message), {
    ...(hint !== undefined && { hint: named(hint) }),
    details: details.map(named),
    cause: error,
  });
}
