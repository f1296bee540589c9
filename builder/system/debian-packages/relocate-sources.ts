/** apt's two formats for sources: one line each, or stanzas of fields. */
export type SourcesFormat = 'one-line' | 'deb822';

/** An archive whose URI is another one now. */
export interface MovedArchive {
  readonly from: string;
  readonly to: string;
}

/**
 * A sources file of an image, for an apt that runs outside of it: what it names by absolute path is looked for below
 * `root`. Source packages and discs are left out. So is `trusted`: every archive has to be signed.
 *
 * Source: https://manpages.debian.org/trixie/apt/sources.list.5.en.html
 */
export function relocateSources(
  text: string,
  format: SourcesFormat,
  root: string,
  moved: readonly MovedArchive[] = [],
): string {
  const kept = format === 'one-line' ? keepLines(text) : keepFields(text);
  // Keys and lists of mirrors; nothing else that apt reads is named by path.
  const relocated = kept.replaceAll(
    /(?<=[\s=,]|file:|file:\/\/)\/(?:usr\/share\/keyrings|etc\/apt)\//g,
    (path) => root + path,
  );
  return moved.reduce((sources, { from, to }) => sources.replaceAll(from, to), relocated);
}

function keepLines(text: string): string {
  const lines = text.split('\n').filter((line) => /^\s*deb\s/.test(line) && !/\scdrom:/.test(line));
  return lines.map((line) => `${line.replace(/\btrusted=\w+\s*/i, '').replace(/\[\s*\]\s*/, '')}\n`).join('');
}

function keepFields(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^trusted\s*:/i.test(line))
    .map((line) =>
      line
        .replace(/^(types\s*:).*\bdeb\b(?!-).*$/i, '$1 deb')
        .replace(/^types\s*:\s*deb-src\s*$/i, 'Enabled: no'),
    )
    .join('\n');
}
