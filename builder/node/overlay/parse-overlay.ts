import { createHash } from 'node:crypto';
import type { CompiledSchema } from '../../cluster/schema/schema-set.ts';
import { validateDefinition } from '../../cluster/schema/validate-definition.ts';
import { error } from '../../report/finding.ts';
import type { Locator } from '../../cluster/source/locator.ts';
import { parseDefinition } from '../../cluster/source/parse-definition.ts';
import type { OverlayDefinition } from '../../cluster/generated/overlay.ts';
import { parseDependency } from '../../system/debian-packages/dependency.ts';
import { hasErrors, type Diagnostic, type Outcome } from '../../report/diagnostic.ts';
import { assetText, type Assets } from './assets.ts';
import type { Overlay, OverlayFile, OverlayItem } from './overlay.ts';

type ListedFile = NonNullable<OverlayDefinition['files']>[number];

const templateSuffix = '.hbs';

/**
 * An overlay from its `overlay.yaml` and the files of its `rootfs/`.
 *
 * Diagnostics: those of the schema, `overlay-file-missing`, `overlay-path-twice`, `overlay-not-a-template`,
 * `overlay-secret-readable`.
 */
export function parseOverlay(name: string, assets: Assets, schema: CompiledSchema): Outcome<Overlay> {
  const file = `overlays/${name}/overlay.yaml`;
  const parsed = parseDefinition({ file, text: assetText(assets, file) });
  if (parsed.value === undefined) return { diagnostics: parsed.diagnostics };
  const { locator } = parsed.value;
  const findings = validateDefinition(parsed.value, schema);
  const diagnostics = [...parsed.diagnostics, ...findings.diagnostics];
  const definition = findings.tree;
  if (hasErrors(diagnostics) || !isValid(definition, schema)) return { diagnostics };
  const shipped = shippedFiles(name, assets);
  diagnostics.push(...checkListedFiles(definition, shipped, locator), ...checkPathsOnce(definition, locator));
  if (hasErrors(diagnostics)) return { diagnostics };
  const { description, packages = [] } = definition;
  return {
    value: {
      name,
      description,
      sha256: hashOverlay(name, assets),
      packages: packages.map(parseDependency),
      items: itemsOf(definition, shipped),
    },
    diagnostics,
  };
}

function isValid(tree: unknown, schema: CompiledSchema): tree is OverlayDefinition {
  return schema.validate(tree);
}

/** Path on the node of every file in `rootfs/`, with the asset it comes from. */
function shippedFiles(name: string, assets: Assets): ReadonlyMap<string, string> {
  const prefix = `overlays/${name}/rootfs`;
  const found = new Map<string, string>();
  for (const asset of assets.files.keys()) {
    if (!asset.startsWith(`${prefix}/`)) continue;
    found.set(asset.slice(prefix.length).replace(/\.hbs$/, ''), asset);
  }
  return found;
}

function checkListedFiles(
  definition: OverlayDefinition,
  shipped: ReadonlyMap<string, string>,
  locator: Locator,
): Diagnostic[] {
  return (definition.files ?? []).flatMap((file, index): Diagnostic[] => {
    const asset = shipped.get(file.path);
    const at = locator.value(['files', index, 'path']);
    if (asset === undefined) {
      return [
        error(
          'overlay-file-missing',
          at,
          `rootfs${file.path} does not exist`,
          'a template is listed without its .hbs',
        ),
      ];
    }
    const found: Diagnostic[] = [];
    if (!asset.endsWith(templateSuffix) && (file.scope !== undefined || file.each !== undefined)) {
      found.push(
        error('overlay-not-a-template', at, `${file.path} is no template: scope and each mean nothing`),
      );
    }
    if (file.secret === true && (parseMode(file.mode, 0o644) & 0o077) !== 0) {
      found.push(
        error(
          'overlay-secret-readable',
          at,
          `${file.path} is secret, but its mode lets others read it`,
          "mode: '0600'",
        ),
      );
    }
    return found;
  });
}

function checkPathsOnce(definition: OverlayDefinition, locator: Locator): Diagnostic[] {
  const seen = new Set<string>();
  return (['directories', 'files', 'links'] as const).flatMap((list) =>
    (definition[list] ?? []).flatMap(({ path }, index) => {
      if (seen.has(path))
        return [error('overlay-path-twice', locator.value([list, index, 'path']), `${path} is listed twice`)];
      seen.add(path);
      return [];
    }),
  );
}

function itemsOf(definition: OverlayDefinition, shipped: ReadonlyMap<string, string>): OverlayItem[] {
  const listed = new Map((definition.files ?? []).map((file) => [file.path, file]));
  return [
    ...(definition.directories ?? []).map(({ path, mode, uid, gid }): OverlayItem => ({
      kind: 'directory',
      path,
      mode: parseMode(mode, 0o755),
      uid: uid ?? 0,
      gid: gid ?? 0,
    })),
    ...[...shipped].map(([path, asset]) => fileItem(path, asset, listed.get(path))),
    ...(definition.links ?? []).map(({ path, target }): OverlayItem => ({ kind: 'symlink', path, target })),
  ];
}

function fileItem(path: string, asset: string, listed: ListedFile | undefined): OverlayFile {
  return {
    kind: 'file',
    path,
    mode: parseMode(listed?.mode, 0o644),
    uid: listed?.uid ?? 0,
    gid: listed?.gid ?? 0,
    secret: listed?.secret ?? false,
    asset,
    render: asset.endsWith(templateSuffix) ? (listed?.scope ?? 'node') : 'verbatim',
    each: listed?.each ?? null,
  };
}

function parseMode(mode: string | undefined, fallback: number): number {
  return mode === undefined ? fallback : Number.parseInt(mode, 8);
}

function hashOverlay(name: string, assets: Assets): string {
  const hash = createHash('sha256');
  for (const path of [...assets.files.keys()]
    .filter((shipped) => shipped.startsWith(`overlays/${name}/`))
    .toSorted()) {
    const content = createHash('sha256')
      .update(assets.files.get(path) ?? '')
      .digest('hex');
    hash.update(`${content}  ${path}\n`);
  }
  return hash.digest('hex');
}
