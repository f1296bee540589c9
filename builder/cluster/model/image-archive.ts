import { isMapping } from '../source/is-mapping.ts';

/** One container image of an archive that `docker load` takes. */
export interface ArchivedImage {
  /** Docker's id of the image: the digest of its configuration. */
  readonly id: string;
  /** Names with tags, as the archive has them. */
  readonly references: readonly string[];
  /** Docker's name of the architecture: `amd64`, `arm64`, `arm`. */
  readonly architecture: string;
  /** Version of the architecture: `v7`. Absent where the image does not say. */
  readonly variant?: string;
}

/** Contents of an archive of container images. */
export interface ImageArchive {
  readonly images: readonly ArchivedImage[];
}

/** Why an archive cannot be taken, to go behind its name, and what to do. */
export interface UnreadableArchive {
  readonly problem: string;
  readonly hint: string;
}

const saveIt = 'make it with `docker save --output FILE NAME:TAG`';

/**
 * Reads the description of an archive's images.
 *
 * @param files - the small files of the archive by their path in it
 * @param digestOf - SHA-256 of a file of the archive in hexadecimal
 */
export function parseImageArchive(
  files: ReadonlyMap<string, Uint8Array>,
  digestOf: (bytes: Uint8Array) => string,
): ImageArchive | UnreadableArchive {
  const manifest = parseJson(files.get('manifest.json'));
  if (!Array.isArray(manifest) || manifest.length === 0) {
    const problem = files.has('index.json')
      ? 'is an OCI layout without the manifest.json that Docker reads'
      : 'has no manifest.json, so it holds no container image';
    return { problem, hint: saveIt };
  }
  const images: ArchivedImage[] = [];
  for (const item of manifest) {
    const image = parseImage(item, files, digestOf);
    if (image === undefined) return { problem: 'has a broken manifest.json', hint: saveIt };
    images.push(image);
  }
  return { images };
}

function parseImage(
  item: unknown,
  files: ReadonlyMap<string, Uint8Array>,
  digestOf: (bytes: Uint8Array) => string,
): ArchivedImage | undefined {
  if (!isMapping(item) || typeof item['Config'] !== 'string') return undefined;
  const bytes = files.get(item['Config']);
  const config = parseJson(bytes);
  if (bytes === undefined || !isMapping(config) || typeof config['architecture'] !== 'string')
    return undefined;
  const tags = item['RepoTags'] ?? [];
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string')) return undefined;
  const { architecture, variant } = config;
  return {
    id: `sha256:${digestOf(bytes)}`,
    references: tags,
    architecture,
    ...(typeof variant === 'string' && variant !== '' ? { variant } : {}),
  };
}

function parseJson(bytes: Uint8Array | undefined): unknown {
  try {
    return bytes === undefined ? undefined : JSON.parse(new TextDecoder('utf-8').decode(bytes));
  } catch {
    return undefined;
  }
}
