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
  /** Why it cannot be put on a node, in words behind "it": `is a named pipe`. */
  readonly problem?: string;
}

/** More things in one folder are not listed: a build with this many takes minutes and 1 GB. */
export const mostFolderItems = 50_000;
