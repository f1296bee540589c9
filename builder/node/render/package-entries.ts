import type { Assets } from '../overlay/assets.ts';
import { overlaySchemaOf } from '../overlay/overlay-schema.ts';
import { parseOverlay } from '../overlay/parse-overlay.ts';
import type { Overlay } from '../overlay/overlay.ts';
import { defaultMtimeSeconds, fileFromBytes, fileFromContent } from './make-entry.ts';
import { createOverlayRenderer } from './render-overlay.ts';
import type { RenderedEntry } from './rendered-node.ts';

/** One package as it is put into an image, to be installed there. */
export interface BakedPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly hostPath: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Folder in which the installer finds packages. */
const packagesDirectory = '/var/lib/dlimage/packages';

/** The overlay that installs packages from the image. Nodes do not get it by themselves: it comes with the packages. */
export function readPackagesOverlay(assets: Assets): Overlay {
  const { value, diagnostics } = parseOverlay('offline-packages', assets, overlaySchemaOf(assets));
  if (value === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return value;
}

/** Packages as they lie in an image, the list that the installer goes by, and the installer. */
export function packageEntries(
  packages: readonly BakedPackage[],
  overlay: Overlay,
  assets: Assets,
): RenderedEntry[] {
  const noTemplate = (asset: string): never => {
    throw new Error(`${asset} is a template; a base is the same for all clusters`);
  };
  const { renderOverlay } = createOverlayRenderer(assets, noTemplate, defaultMtimeSeconds);
  const scope = { nodeName: '', cluster: {}, node: {}, storagePeers: [] };
  const common = { mode: 0o644, mtimeSeconds: defaultMtimeSeconds, origin: 'packages', shared: true };
  const list = packages.map((one) => `${qualifiedName(one)} ${one.version}\n`).join('');
  return [
    ...renderOverlay(overlay, scope),
    ...packages.map(({ hostPath, sizeBytes, sha256, ...one }, index) =>
      fileFromContent(
        { ...common, path: `${packagesDirectory}/${String(index + 1).padStart(4, '0')}-${one.name}.deb` },
        { from: 'host-file', hostPath, sizeBytes },
        sha256,
      ),
    ),
    fileFromBytes({ ...common, path: `${packagesDirectory}/list` }, new TextEncoder().encode(list)),
  ];
}

/** As dpkg tells packages of several architectures apart. */
function qualifiedName({ name, architecture }: BakedPackage): string {
  return architecture === 'all' ? name : `${name}:${architecture}`;
}
