/** One box file for a catalogue. */
export interface CatalogueBox {
  readonly provider: 'libvirt' | 'virtualbox';
  /** Address from which Vagrant gets it. */
  readonly url: string;
  readonly sha256: string;
}

/** A catalogue as Vagrant reads it, as far as it is read again here. */
export interface BoxCatalogue {
  readonly name: string;
  readonly versions: readonly {
    readonly version: string;
    readonly providers: readonly { readonly name: string; readonly checksum: string }[];
  }[];
}

const firstVersion = '1.0.0';

/**
 * Renders the catalogue of a box. The file of the version before is gone when a build has written over it, so there is
 * one version. Without a wanted one it is the last one's, or the next when a box is another: Vagrant updates by that.
 * Source: https://developer.hashicorp.com/vagrant/docs/boxes/format, "Box Metadata"; lib/vagrant/box_metadata.rb
 *
 * @param previous - the catalogue that is there now, or null
 */
export function renderCatalogue(
  name: string,
  description: string,
  boxes: readonly CatalogueBox[],
  options: { readonly version: string | null; readonly previous: BoxCatalogue | null },
): string {
  const providers = boxes.map(({ provider, url, sha256 }) => ({
    name: provider,
    url,
    checksum_type: 'sha256',
    checksum: sha256,
    architecture: 'amd64',
    default_architecture: true,
  }));
  const version = options.version ?? nextVersion(boxes, options.previous);
  return `${JSON.stringify({ name, description, versions: [{ version, providers }] }, null, 2)}\n`;
}

function nextVersion(boxes: readonly CatalogueBox[], previous: BoxCatalogue | null): string {
  const last = previous?.versions.at(-1);
  if (last === undefined) return firstVersion;
  const isOther = boxes.some(({ provider, sha256 }) =>
    last.providers.some((known) => known.name === provider && known.checksum !== sha256),
  );
  if (!isOther) return last.version;
  // The next of 1.2.0-rc1 is 1.2.1, so that it is higher than both 1.2.0-rc1 and 1.2.0.
  const [numbers] = /^\d+(?:\.\d+)*/.exec(last.version) ?? [];
  if (numbers === undefined) return firstVersion;
  const parts = numbers.split('.');
  return [...parts.slice(0, -1), Number(parts.at(-1)) + 1].join('.');
}
