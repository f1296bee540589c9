import { parse } from 'yaml';
import type { Overlay, OverlayFile, OverlayItem } from '../overlay/overlay.ts';
import type { Assets } from '../overlay/assets.ts';
import { directory, fileFromBytes, symlink, type EntryAttributes } from './make-entry.ts';
import type { RenderedEntry } from './rendered-node.ts';
import type { RenderTemplate } from './template-set.ts';

/** An item of a list that a template iterates over. */
export type EachItem = Readonly<Record<string, unknown>> & { readonly name: string };

/** Inputs for rendering one node's overlays. */
export interface OverlayScope {
  readonly nodeName: string;
  /** Context of templates that see only the cluster. */
  readonly cluster: object;
  /** Context of templates that see the node too. */
  readonly node: object;
  readonly storagePeers: readonly EachItem[];
}

/** Renders the overlays of one node after the other; what does not depend on the node is made once and kept. */
export type RenderOverlay = (overlay: Overlay, scope: OverlayScope) => RenderedEntry[];

/** The files of an overlay that no node changes, those with a wanted path. */
export type RenderVerbatim = (overlay: Overlay, isWanted: (path: string) => boolean) => RenderedEntry[];

/** Makes the renderers for the overlays of one cluster. */
export function createOverlayRenderer(
  assets: Assets,
  render: RenderTemplate,
  mtimeSeconds: number,
): { readonly renderOverlay: RenderOverlay; readonly renderVerbatim: RenderVerbatim } {
  const kept = new Map<OverlayItem, Map<string, RenderedEntry>>();
  const once = (item: OverlayItem, key: string, make: () => RenderedEntry): RenderedEntry => {
    const made = kept.get(item) ?? new Map<string, RenderedEntry>();
    kept.set(item, made);
    const entry = made.get(key) ?? make();
    made.set(key, entry);
    return entry;
  };

  const attributesOf = (overlay: Overlay, item: OverlayItem) => ({
    ...item,
    mtimeSeconds,
    origin: `overlay ${overlay.name}`,
    shared: true,
  });
  const copy = (file: OverlayFile, attributes: EntryAttributes): RenderedEntry =>
    once(file, '', () => fileFromBytes(attributes, assets.files.get(file.asset) ?? new Uint8Array()));
  const renderFile = (
    file: OverlayFile,
    attributes: EntryAttributes,
    scope: OverlayScope,
  ): RenderedEntry[] => {
    if (file.render === 'verbatim') return [copy(file, attributes)];
    if (file.each !== null) {
      return scope.storagePeers.map((item) =>
        once(file, item.name, () => {
          const path = fillPath(file.path, item);
          return fromTemplate({ ...attributes, path }, file.asset, { ...scope.cluster, item });
        }),
      );
    }
    if (file.render === 'cluster')
      return [once(file, '', () => fromTemplate(attributes, file.asset, scope.cluster))];
    return [fromTemplate({ ...attributes, shared: false }, file.asset, scope.node)];
  };
  const fromTemplate = (attributes: EntryAttributes, asset: string, context: object): RenderedEntry => {
    const text = render(asset, context);
    checkSyntax(asset, attributes.path, text);
    return fileFromBytes(attributes, new TextEncoder().encode(text));
  };

  const renderOverlay: RenderOverlay = (overlay, scope) =>
    overlay.items.flatMap((item) => {
      const attributes = attributesOf(overlay, item);
      if (item.kind === 'symlink') return [once(item, '', () => symlink(attributes, item.target))];
      if (item.kind === 'directory')
        return [once(item, '', () => directory({ ...attributes, mode: item.mode }))];
      return renderFile(item, { ...attributes, mode: item.mode }, scope);
    });
  const renderVerbatim: RenderVerbatim = (overlay, isWanted) =>
    overlay.items.flatMap((item) =>
      item.kind === 'file' && item.render === 'verbatim' && isWanted(item.path)
        ? [copy(item, { ...attributesOf(overlay, item), mode: item.mode })]
        : [],
    );
  return { renderOverlay, renderVerbatim };
}

function fillPath(path: string, item: EachItem): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, key: string) => {
    const value = item[key];
    if (typeof value !== 'string' || !/^[\w.-]+$/.test(value))
      throw new Error(`${path}: {${key}} is not a file name`);
    return value;
  });
}

/** Machines read these files: one that cannot be parsed is a fault in a template of ours. */
function checkSyntax(asset: string, path: string, text: string): void {
  try {
    if (path.endsWith('.json')) JSON.parse(text);
    if (path.endsWith('.yaml')) parse(text, { strict: true, uniqueKeys: true });
  } catch (cause) {
    throw new Error(
      `${asset}: rendered ${path} cannot be read: ${cause instanceof Error ? cause.message : ''}`,
      { cause },
    );
  }
}
