import { HostError } from '../../report/errors.ts';

/** Why the system refused, in words. Source: errno(3) */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'its file system is read-only',
  ENOENT: 'it is not there',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'it is a folder',
  ENOTEMPTY: 'the folder is not empty',
  EEXIST: 'it is there already',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  EMFILE: 'too many files are open at once',
  ENFILE: 'too many files are open at once',
  EFBIG: 'the file would be too large',
  EINVAL: 'its file system does not allow this',
  ENOTSUP: 'its file system does not allow this',
  EOPNOTSUPP: 'its file system does not allow this',
  EXDEV: 'it is on another file system',
  EBUSY: 'it is in use',
  ETXTBSY: 'it is in use',
  EIO: 'the disk reported an error',
  ENODEV: 'there is no such device',
  ENXIO: 'there is no such device',
  ESTALE: 'the file server has lost it',
  ENOTCONN: 'the file server does not answer',
  ETIMEDOUT: 'the file server does not answer',
  EAGAIN: 'the system has no room for it now',
  ENOMEM: 'the system has no memory left',
};

/** The code of a failed system call, like `ENOENT`; empty for any other error. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** True when an error of a system call carries this code. */
export function isErrno(error: unknown, code: string): boolean {
  return systemCode(error) === code;
}

/** Why a system call failed, in words; undefined for an error that no system call made. */
export function systemReason(error: unknown): string | undefined {
  return reasons[systemCode(error)];
}

/** The clear error for a system call that failed on a file or folder; any other error is returned as it is. */
export function explainSystemError(error: unknown): unknown {
  const reason = systemReason(error);
  if (reason === undefined) return error;
  const code = systemCode(error);
  const { path } = error as NodeJS.ErrnoException;
  if (path === undefined) return error;
  const isDenied = ['EACCES', 'EPERM', 'EROFS'].includes(code);
  const other = 'choose another directory (--out, --cache, --state)';
  return new HostError(isDenied ? 'access-denied' : 'path-unusable', `cannot use ${path}: ${reason}`, {
    hint: isDenied ? `run dlimage as the user that it belongs to, or ${other}` : `mend it, or ${other}`,
    cause: error,
  });
}
