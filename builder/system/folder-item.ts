/** One thing below a folder of `files:`, as the host found it. Links are not followed, so nothing outside is looked at. */
export interface FolderItem {
  /** Path below the folder: `conf.d/a.conf`; empty for the folder itself. */
  readonly relativePath: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  /** 0 for what is not a file. */
  readonly sizeBytes: number;
  /** Of a symlink, as it stands; empty otherwise. */
  readonly target: string;
  /** Contents, of what a program of the node reads (see `readerOf`) and that is not too long. */
  readonly text?: string;
  /** Why it cannot be put on a node, in words behind "it": `is a named pipe`. */
  readonly problem?: string;
}

/**
 * More things in one folder are not listed. Measured with GNU time and small files: `plan` takes 24 s of CPU and 425 MB for
 * 47,500 of them, and took 102 s and 866 MB for 100,000; a build of 10,000 takes 268 MB.
 */
export const mostFolderItems = 50_000;
