/** Bytes that end up in an image: made by the renderer, or a file of the user's that is streamed at apply time. */
export type EntryContent =
  | { readonly from: 'bytes'; readonly bytes: Uint8Array }
  | {
      readonly from: 'host-file';
      readonly hostPath: string;
      readonly sizeBytes: number;
      /** Identity of the file when it was hashed: another one means other content. */
      readonly stamp?: string;
    };

interface EntryCommon {
  /** Absolute path inside its partition: `/etc/hostname` on `root`, `/user-data` on `boot`. */
  readonly path: string;
  /** `root` is the ext4 root file system, `boot` the FAT partition that the firmware reads. */
  readonly partition: 'root' | 'boot';
  /** Permission bits with setuid, setgid and sticky: 0o000 to 0o7777. Ignored on FAT. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Modification time in seconds since 1970, UTC. */
  readonly mtimeSeconds: number;
}

/** A file with its rendered bytes. Replaces whatever file or symlink the base has at that path. */
export interface FileEntry extends EntryCommon {
  readonly kind: 'file';
  readonly content: EntryContent;
}

/** A directory. One that the base already has keeps its contents and gets this mode and owner. */
export interface DirectoryEntry extends EntryCommon {
  readonly kind: 'directory';
  /** True leaves one that the base has, or a link to one, entirely as it is. */
  readonly ifMissing?: true;
}

/** A symbolic link; `target` is stored as it stands. */
export interface SymlinkEntry extends EntryCommon {
  readonly kind: 'symlink';
  readonly target: string;
}

/** One thing that a node's image holds beyond its base. Missing parent directories are made 0755 root:root. */
export type Entry = FileEntry | DirectoryEntry | SymlinkEntry;
