import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../../definition/generated/manifest.ts';
import { HostError } from '../../report/errors.ts';
import { createFileAtomically, makePrivateDirectory, readTextIfExists, writeFileAtomically } from '../files.ts';

type ManifestNode = Manifest['nodes'][number];

type ManifestBase = Manifest['bases'][number];

/**
 * `out/<cluster>/`: the images, `manifest.json` and `SHA256SUMS`. Knows which files are dlimage's own and never
 * touches another: an image counts as its own when the manifest lists it and nobody has changed it since.
 */
export class OutputDirectory {
  readonly path: string;
  #manifest: Manifest | undefined;

  private constructor(path: string) {
    this.path = path;
  }

  /** Opens or makes the directory. @throws HostError `manifest-damaged` */
  static async open(path: string): Promise<OutputDirectory> {
    await makePrivateDirectory(path);
    await createFileAtomically(join(path, '.gitignore'), '*\n', 0o644);
    const output = new OutputDirectory(path);
    await output.reload();
    return output;
  }

  /** Reads the manifest again, after waiting for another build. */
  async reload(): Promise<void> {
    const file = join(this.path, 'manifest.json');
    const text = await readTextIfExists(file);
    this.#manifest = text === undefined ? undefined : parseManifest(text, file);
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
   * Makes sure that the images of these nodes may be written, before any work is done.
   *
   * @throws HostError `output-exists` when a file is there that is not dlimage's own unchanged image
   */
  async requireReplaceable(nodeNames: readonly string[], mtimeSeconds: number): Promise<void> {
    for (const name of nodeNames) {
      const path = join(this.path, `${name}.img`);
      const exists = (await lstat(path).catch(() => undefined)) !== undefined;
      if (!exists || (await this.currentImage(name, mtimeSeconds)) !== undefined) continue;
      const isListed = this.#manifest?.nodes.some((node) => node.name === name) === true;
      throw new HostError(
        'output-exists',
        isListed
          ? `${path} was changed after dlimage built it (booted, or written to): it is not overwritten`
          : `${path} exists and was not made by this dlimage: it is not overwritten`,
        { hint: 'move or delete it, or choose another directory with --out' },
      );
    }
  }

  /** Adds or replaces one node in the manifest, keeps the others, and writes manifest and checksums. */
  async record(
    header: Pick<Manifest, 'dlimage' | 'cluster'>,
    base: ManifestBase,
    node: ManifestNode,
    order: readonly string[],
  ): Promise<void> {
    const rank = new Map(order.map((name, index) => [name, index]));
    const kept = (this.#manifest?.nodes ?? []).filter(({ name }) => name !== node.name);
    const nodes = [...kept, node].toSorted(
      (one, other) => (rank.get(one.name) ?? Infinity) - (rank.get(other.name) ?? Infinity),
    );
    const used = new Set(nodes.map(({ base: key }) => key));
    const otherBases = (this.#manifest?.bases ?? []).filter(({ key }) => key !== base.key && used.has(key));
    this.#manifest = { version: 1, ...header, bases: [...otherBases, base], nodes };
    const sums = nodes.map(({ sha256, image }) => `${sha256}  ${image}\n`).join('');
    await writeFileAtomically(join(this.path, 'SHA256SUMS'), sums);
    await writeFileAtomically(join(this.path, 'manifest.json'), `${JSON.stringify(this.#manifest, null, 2)}\n`);
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
