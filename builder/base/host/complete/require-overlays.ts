import { overlayDirectories, overlayName } from '../../../image/board-files.ts';
import { didYouMeanHint } from '../../../report/did-you-mean.ts';
import { ConfigurationError } from '../../../report/errors.ts';
import type { ImageFiles } from '../../../image/host/image-files.ts';

/** More names than these are no help. */
const mostListed = 12;

/**
 * Makes sure that the files of device tree overlays are on a boot partition: the firmware goes on without those that it
 * does not find, and tells nobody.
 *
 * @param image what the image is called in messages
 * @throws ConfigurationError `dtoverlay-missing`, one for each that is missing
 */
export async function requireOverlays(
  image: string,
  boot: ImageFiles,
  config: string,
  dtoverlays: readonly string[],
): Promise<void> {
  if (dtoverlays.length === 0) return;
  const present = new Set<string>();
  for (const directory of overlayDirectories(config)) {
    const path = directory.replace(/\/$/, '');
    if ((await boot.stat(path))?.kind !== 'directory') continue;
    for (const { name } of await boot.list(path)) {
      if (name.endsWith('.dtbo')) present.add(name.slice(0, -'.dtbo'.length));
    }
  }
  const missing = [...new Set(dtoverlays.map(overlayName))].filter((name) => !present.has(name));
  if (missing.length === 0) return;
  throw new ConfigurationError(
    missing.map((name) => ({
      severity: 'error',
      id: 'dtoverlay-missing',
      message: `${image} has no device tree overlay ${name}: there is no ${name}.dtbo on its boot partition`,
      hint: didYouMeanHint(name, present) ?? whatThereIs(present),
    })),
  );
}

function whatThereIs(present: ReadonlySet<string>): string {
  if (present.size === 0) return 'it has none at all: take a base of Ubuntu or Raspberry Pi OS';
  const names = [...present].toSorted();
  return names.length > mostListed
    ? `it has ${names.length} others: see dlimage inspect IMAGE boot:/overlays`
    : `it has only ${names.join(', ')}; Ubuntu and Raspberry Pi OS have all of them`;
}
