/** One archive that apt is configured with: a base URI and the suites and components taken from it. */
export interface AptSource {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
}

/** Reads a `sources.list` in apt's one-line format. Source packages and broken lines are left out. */
export function parseOneLineSources(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    const [, uri, suite, components] = match ?? [];
    if (uri === undefined || suite === undefined) return [];
    return [{ uri, suites: [suite], components: words(components ?? '') }];
  });
}

/** Reads a `.sources` file in apt's deb822 format. Disabled stanzas and source packages are left out. */
export function parseDeb822Sources(text: string): AptSource[] {
  const withoutComments = text.replaceAll(/^#.*\n?/gm, '');
  return withoutComments.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = new Map<string, string>();
    // A line that starts with a blank goes on with the field before it.
    for (const line of stanza.replaceAll(/\n[ \t]+/g, ' ').split('\n')) {
      const match = /^([^:\s]+):\s*(.*)$/.exec(line);
      if (match?.[1] !== undefined) fields.set(match[1].toLowerCase(), match[2] ?? '');
    }
    if (/^no$/i.test(fields.get('enabled') ?? '') || !words(fields.get('types') ?? '').includes('deb'))
      return [];
    const suites = words(fields.get('suites') ?? '');
    const components = words(fields.get('components') ?? '');
    return words(fields.get('uris') ?? '').map((uri) => ({ uri, suites, components }));
  });
}

/** URIs of Debian's own archives: `main` for the release and its updates, `security` where there is one. */
export interface DebianMirror {
  readonly main: string | undefined;
  readonly security: string | undefined;
}

/**
 * Finds Debian's own archives among the sources of a machine that runs the release `codename`. A third party's
 * archive often uses the same suite names, so that one which also carries `<codename>-updates` is preferred, then
 * one whose path ends in `debian`. A wrong guess cannot do harm: signatures are checked against Debian's keys.
 */
export function findDebianMirror(sources: readonly AptSource[], codename: string): DebianMirror {
  const usable = sources.filter(
    (source) => source.components.includes('main') && !source.uri.startsWith('cdrom:'),
  );
  const main = usable.filter((source) => source.suites.includes(codename));
  const named = main.filter((source) => /\/debian\/?$/.test(source.uri));
  const updated = main.filter((source) =>
    usable.some((other) => other.uri === source.uri && other.suites.includes(`${codename}-updates`)),
  );
  const security = usable.find((source) => source.suites.includes(`${codename}-security`));
  return { main: (updated[0] ?? named[0])?.uri, security: security?.uri };
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
