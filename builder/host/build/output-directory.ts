import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../../definition/generated/manifest.ts';
import { HostError } from '../../report/errors.ts';
import { createFileAtomically, makePrivateDirectory, readTextIfExists, writeFileAtomically } from '../files.ts';

type ManifestNode = Manifest['nodes'][number];

/**
 * `out/<cluster>/`: the images, `manifest.json` and `SHA256SUMS`. Knows which files are dlimage's own and never
 * touches another: an image counts as its own when the manifest lists it and nobody has changed it since.
 */
export class OutputDirectory {
  readonly path: string;
  #manifest: Manifest | undefined;

  private constructor(path: string, manifest: Manifest | undefined) {
    this.path = path;
    this.#manifest = manifest;
  }

  /** Opens or makes the directory. @throws HostError `manifest-damaged` */
  static async open(path: string): Promise<OutputDirectory> {
    await makePrivateDirectory(path);
    await createFileAtomically(join(path, '.gitignore'), '*\n', 0o644);
    const file = join(path, 'manifest.json');
    const text = await readTextIfExists(file);
    return new OutputDirectory(path, text === undefined ? undefined : parseManifest(text, file));
  }

  /** What the manifest says of a node's image, if that image is still there as it was built. */
  async currentImage(nodeName: string, mtimeSeconds: number): Promise<ManifestNode | undefined> {
    const listed = this.#manifest?.nodes.find((node) => node.name === nodeName);
    if (listed === undefined) return undefined;
    const found = await stat(join(this.path, listed.image)).catch(() => undefined);
    if (found === undefined || found.size !== listed.sizeBytes) return undefined;
    return Math.floor(found.mtimeMs / 1000) === mtimeSeconds ? listed : undefined;
  }

  /**
   * Makes sure that an image may be written under this name.
   *
   * @throws HostError `output-exists` when a file is there that is not dlimage's own unchanged image
   */
  async requireReplaceable(image: string, current: ManifestNode | undefined): Promise<void> {
    const path = join(this.path, image);
    const exists = (await stat(path).catch(() => undefined)) !== undefined;
    if (!exists || current?.image === image) return;
    const listed = this.#manifest?.nodes.some((node) => node.image === image) === true;
    throw new HostError(
      'output-exists',
      listed
        ? `${path} was changed after dlimage built it (booted, or written to): it is not overwritten`
        : `${path} exists and was not made by this dlimage: it is not overwritten`,
      { hint: 'move or delete it, or choose another directory with --out' },
    );
  }

  /** Adds or replaces nodes in the manifest, keeps the others, and writes manifest and checksums. */
  async record(
    header: Pick<Manifest, 'dlimage' | 'cluster'>,
    bases: Manifest['bases'],
    nodes: readonly ManifestNode[],
    order: readonly string[],
  ): Promise<void> {
    const replaced = new Set(nodes.map((node) => node.name));
    const kept = (this.#manifest?.nodes ?? []).filter((node) => !replaced.has(node.name));
    const rank = new Map(order.map((name, index) => [name, index]));
    const all = [...kept, ...nodes].toSorted(
      (a, b) => (rank.get(a.name) ?? Infinity) - (rank.get(b.name) ?? Infinity),
    );
    const used = new Set(all.map((node) => node.base));
    const newKeys = new Set(bases.map((base) => base.key));
    const keptBases = (this.#manifest?.bases ?? []).filter((base) => !newKeys.has(base.key));
    this.#manifest = {
      version: 1,
      ...header,
      bases: [...keptBases, ...bases].filter((base) => used.has(base.key)),
      nodes: all,
    };
    const sums = all.map((node) => `${node.sha256}  ${node.image}\n`).join('');
    await writeFileAtomically(join(this.path, 'SHA256SUMS'), sums, 0o600);
    await writeFileAtomically(join(this.path, 'manifest.json'), `${JSON.stringify(this.#manifest, null, 2)}\n`, 0o600);
  }

  /** Removes what an interrupted build left: temporary files whose process is gone. */
  async removeLeftovers(): Promise<void> {
    for (const name of await readdir(this.path)) {
      const pid = /^\..*\.(\d+)\.tmp$/.exec(name)?.[1];
      if (pid !== undefined && !isRunning(Number(pid))) await rm(join(this.path, name), { recursive: true });
    }
  }
}

function parseManifest(text: string, file: string): Manifest {
  try {
    const manifest = JSON.parse(text) as Manifest;
    if (manifest.version === 1 && Array.isArray(manifest.nodes) && Array.isArray(manifest.bases)) return manifest;
  } catch {
    // Reported below, like a manifest of another shape.
  }
  throw new HostError('manifest-damaged', `${file} is not a manifest that this dlimage can read`, {
    hint: 'move it away; images beside it are then treated as foreign and not overwritten',
  });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
