import { commandLinePath, editCommandLine, editConfig } from '../../board/board-files.ts';
import { defaultMtimeSeconds, fileFromBytes } from '../../render/make-entry.ts';
import type { RenderedEntry } from '../../render/rendered-node.ts';
import type { BaseImage } from '../image/base.ts';
import { openImageFiles, type ImageFiles } from '../image/image-files.ts';
import { withImage } from '../image/open-image.ts';

/** What a Raspberry Pi's boot files have to say beyond what the vendor wrote. */
export interface BootSettings {
  /** Words of cmdline.txt. */
  readonly commandLine: readonly string[];
  /** Lines of config.txt. */
  readonly config: readonly string[];
}

/** The files of an image's boot partition that change for these settings; none where all is there already. */
export async function editBootFiles(image: BaseImage, settings: BootSettings): Promise<RenderedEntry[]> {
  const { boot } = image;
  if (boot === null || (settings.commandLine.length === 0 && settings.config.length === 0)) return [];
  return await withImage(image.path, async (open) => {
    const files = await openImageFiles(open, boot);
    const config = await readText(files, '/config.txt');
    // Without it no Raspberry Pi's firmware is meant.
    if (config === null) return [];
    const path = commandLinePath(config);
    const commandLine = await readText(files, path);
    return [
      ...changed('/config.txt', config, editConfig(config, settings.config)),
      ...(commandLine === null
        ? []
        : changed(path, commandLine, editCommandLine(commandLine, settings.commandLine))),
    ];
  });
}

async function readText(files: ImageFiles, path: string): Promise<string | null> {
  const found = await files.stat(path);
  return found?.kind === 'file' ? (await files.read(path)).toString('utf8') : null;
}

function changed(path: string, before: string, after: string): RenderedEntry[] {
  if (after === before) return [];
  const attributes = { path, partition: 'boot' as const, mode: 0o644, mtimeSeconds: defaultMtimeSeconds };
  return [fileFromBytes({ ...attributes, origin: 'board', shared: true }, new TextEncoder().encode(after))];
}
