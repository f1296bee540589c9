/** Packages that start a system, which no package of the cluster depends on. */
const always = [
  'init',
  'systemd',
  'systemd-sysv',
  'systemd-resolved',
  'udev',
  'dbus',
  'kmod',
  'netplan.io',
  'ifupdown',
];

/**
 * Names of the installed packages that a system does not run without: the essential ones, those of `roots`, and all that
 * these depend on. Source: Debian Policy 3.8 and 7.2
 *
 * @param status - dpkg's status file
 */
export function neededPackages(status: string, roots: readonly string[]): ReadonlySet<string> {
  const stanzas = status.split(/\n\n+/).map(readStanza);
  const byName = new Map<string, Stanza[]>();
  for (const stanza of stanzas) {
    for (const name of [stanza.name, ...stanza.provides]) {
      byName.set(name, [...(byName.get(name) ?? []), stanza]);
    }
  }
  const essential = stanzas.filter(({ isEssential }) => isEssential).map(({ name }) => name);
  const needed = new Set<string>();
  const waiting = [...essential, ...always, ...roots];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const { name, depends } of byName.get(next) ?? []) {
      if (needed.has(name)) continue;
      needed.add(name);
      waiting.push(...depends);
    }
  }
  return needed;
}

interface Stanza {
  readonly name: string;
  readonly isEssential: boolean;
  readonly provides: readonly string[];
  readonly depends: readonly string[];
}

function readStanza(text: string): Stanza {
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';
  return {
    name: field('Package'),
    isEssential: field('Essential') === 'yes' || field('Priority') === 'required',
    provides: namesIn(field('Provides')),
    depends: [...namesIn(field('Pre-Depends')), ...namesIn(field('Depends'))],
  };
}

/** Of several of which one is enough, all: one of those that are installed is in use. */
function namesIn(relations: string): string[] {
  return relations.split(/[,|]/).flatMap((one) => /^\s*([a-z0-9][a-z0-9+.-]*)/.exec(one)?.[1] ?? []);
}
