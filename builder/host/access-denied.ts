import { HostError } from '../report/errors.ts';
import { isErrno } from './files.ts';

/** The clear error for a file or directory that may not be read or written; any other is returned as it is. */
export function explainAccessDenied(error: unknown): unknown {
  if (!['EACCES', 'EPERM', 'EROFS'].some((code) => isErrno(error, code))) return error;
  const { path } = error as NodeJS.ErrnoException;
  if (path === undefined) return error;
  const reason = isErrno(error, 'EROFS') ? 'its file system is read-only' : 'permission denied';
  return new HostError('access-denied', `cannot use ${path}: ${reason}`, {
    hint: 'run dlimage as the user that it belongs to, or choose another directory (--out, --cache, --state)',
    cause: error,
  });
}
