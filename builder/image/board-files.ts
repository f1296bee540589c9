/** Words for the kernel, as on its command line: `cgroup_enable=memory`. */
export type KernelWord = string;

/**
 * A Raspberry Pi's cmdline.txt with these words. All that the vendor wrote stays, in its order; what is there already is
 * not added, so that the same words may be asked for again. The firmware reads the first line only.
 */
export function editCommandLine(text: string, wanted: readonly KernelWord[]): string {
  const [first = '', ...rest] = text.split('\n');
  const words = first.split(/\s+/).filter((word) => word !== '');
  const missing = wanted.filter((word) => !words.includes(word));
  if (missing.length === 0) return text;
  return [[...words, ...missing].join(' '), ...(rest.length === 0 ? [''] : rest)].join('\n');
}

const begin = '# Begin of what dlimage added';
const end = '# End of what dlimage added';

/**
 * A Raspberry Pi's config.txt with these lines, for every board. What the vendor wrote stays; a line that already counts
 * for every board is not added, and what was added before is replaced.
 *
 * Source: https://www.raspberrypi.com/documentation/computers/config_txt.html#conditional-filters
 */
export function editConfig(text: string, wanted: readonly string[]): string {
  const vendor = withoutOurs(text);
  const present = linesForAll(vendor);
  const missing = wanted.filter((line) => !present.has(line));
  if (missing.length === 0) return vendor;
  const separated = vendor === '' || vendor.endsWith('\n') ? vendor : `${vendor}\n`;
  return `${separated}${[begin, '[all]', ...missing, end].join('\n')}\n`;
}

/** Path of the file with the kernel's command line, from the top of the boot partition. */
export function commandLinePath(config: string): string {
  return `/${lastSetting(config, 'os_prefix') ?? ''}${lastSetting(config, 'cmdline') ?? 'cmdline.txt'}`;
}

/**
 * Where the firmware looks for the file of a device tree overlay, from the top of the boot partition: with the prefix of
 * the operating system where that has overlays of its own, else without.
 *
 * Source: https://www.raspberrypi.com/documentation/computers/config_txt.html#os_prefix
 */
export function overlayDirectories(config: string): string[] {
  const overlays = lastSetting(config, 'overlay_prefix') ?? 'overlays/';
  const prefix = lastSetting(config, 'os_prefix') ?? '';
  return [...new Set([`/${prefix}${overlays}`, `/${overlays}`])];
}

/** The name of an overlay, without its parameters. */
export function overlayName(dtoverlay: string): string {
  return dtoverlay.replace(/,.*$/s, '');
}

function lastSetting(config: string, key: string): string | undefined {
  return [...linesForAll(config)].findLast((line) => line.startsWith(`${key}=`))?.slice(key.length + 1);
}

function withoutOurs(text: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  return from < 0 || to < from ? text : text.slice(0, from) + text.slice(to + end.length).replace(/^\n/, '');
}

/** Settings outside of filters for single boards. */
function linesForAll(text: string): Set<string> {
  const lines = new Set<string>();
  let isForAll = true;
  for (const written of text.split('\n')) {
    const line = written.trim();
    const [, filter] = /^\[(.+)\]$/.exec(line) ?? [];
    if (filter !== undefined) isForAll = filter.toLowerCase() === 'all';
    else if (isForAll && line !== '' && !line.startsWith('#')) lines.add(line);
  }
  return lines;
}
