import { commandLinePath, editCommandLine, editConfig } from '../../../image/board-files.ts';
import { defaultMtimeSeconds, fileFromBytes } from '../../../node/render/make-entry.ts';
import type { RenderedEntry } from '../../../node/render/rendered-node.ts';
import { HostError } from '../../../report/errors.ts';
import type { BaseImage } from '../../../image/host/base.ts';
import { openImageFiles, type ImageFiles } from '../../../image/host/image-files.ts';
import { withImage } from '../../../image/host/open-image.ts';
import { requireOverlays } from './require-overlays.ts';

/** Additions to a Raspberry Pi's boot files beyond the vendor's own. */
export interface BootSettings {
  /** Words of cmdline.txt. */
  readonly commandLine: readonly string[];
  /** Lines of config.txt. */
  readonly config: readonly string[];
  /** Values of `dtoverlay=` in config.txt. */
  readonly dtoverlays: readonly string[];
}

/** Debian's firmware package makes config.txt again for every kernel, and puts the lines of the second file into it. */
const firmwareSettings = '/etc/default/raspi-firmware';
const firmwareLines = '/etc/default/raspi-firmware-custom';

/**
 * The files of an image that change for these settings; none where all is there already.
 *
 * @param name what the image is called in messages
 * @throws HostError `config-txt-missing` and `dtoverlay-missing` when there are device tree overlays to be had.
 */
export async function editBootFiles(
  name: string,
  image: BaseImage,
  settings: BootSettings,
): Promise<RenderedEntry[]> {
  const { commandLine, dtoverlays } = settings;
  const lines = [...settings.config, ...dtoverlays.map((overlay) => `dtoverlay=${overlay}`)];
  if (commandLine.length === 0 && lines.length === 0) return [];
  return await withImage(image.path, async (open) => {
    const boot = image.boot === null ? null : await openImageFiles(open, image.boot);
    const config = boot === null ? null : await readText(boot, '/config.txt');
    // Without it no Raspberry Pi's firmware is meant.
    if (boot === null || config === null) {
      if (dtoverlays.length === 0) return [];
      throw noConfig(name);
    }
    await requireOverlays(name, boot, config, dtoverlays);
    const root = await openImageFiles(open, image.root);
    return [
      ...(await edited(boot, 'boot', '/config.txt', (text) => editConfig(text, lines))),
      ...(await edited(boot, 'boot', commandLinePath(config), (text) => editCommandLine(text, commandLine))),
      ...((await root.stat(firmwareSettings)) === null
        ? []
        : await edited(root, 'root', firmwareLines, (text) => editConfig(text, lines), '')),
    ];
  });
}

async function readText(files: ImageFiles, path: string): Promise<string | null> {
  const found = await files.stat(path);
  return found?.kind === 'file' ? (await files.read(path)).toString('utf8') : null;
}

/** The file as it becomes; nothing where it stays as it is, or is not there and has no beginning. */
async function edited(
  files: ImageFiles,
  partition: 'boot' | 'root',
  path: string,
  edit: (text: string) => string,
  beginning: string | null = null,
): Promise<RenderedEntry[]> {
  const before = (await readText(files, path)) ?? beginning;
  if (before === null) return [];
  const after = edit(before);
  if (after === before) return [];
  const attributes = { path, partition, mode: 0o644, mtimeSeconds: defaultMtimeSeconds };
  return [fileFromBytes({ ...attributes, origin: 'board', shared: true }, new TextEncoder().encode(after))];
}

function noConfig(name: string): HostError {
  return new HostError(
    'config-txt-missing',
    `${name} has no config.txt on a boot partition, so dtoverlays cannot be set`,
    { hint: 'take an image for Raspberry Pis, or leave dtoverlays out' },
  );
}
