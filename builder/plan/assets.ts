/** One thing below a path of `files:` in the definition, as the host found it. */
export interface UserFile {
  /** Path below `ExtraFile.hostPath`: empty for the file itself, `conf.d/a.conf` inside a directory. */
  readonly relativePath: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  readonly sizeBytes: number;
  /** Empty for what is not a file. */
  readonly sha256: string;
  /** The owner may execute it on the builder. */
  readonly executable: boolean;
  /** Of a symlink; empty otherwise. */
  readonly target: string;
}

/** Everything the planner works from beyond the definition and the identities. Read by the host, never by the planner. */
export interface Assets {
  /**
   * Shipped files as bytes, by their path in the package with `/`: all of `overlays/`, `cloud-init/` and `packer/`, and
   * `profiles/schemas/overlay.schema.json`.
   */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What lies at each `hostPath` of the cluster's files, images and stacks. */
  readonly userFiles: ReadonlyMap<string, readonly UserFile[]>;
}

/** Text of a shipped file. A missing one is our mistake, not the user's. */
export function assetText(assets: Assets, path: string): string {
  const bytes = assets.files.get(path);
  if (bytes === undefined) throw new Error(`dlimage is incomplete: ${path} is missing`);
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
