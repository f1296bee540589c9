import { linesOf, problemOfLine, type ContentProblem, type TextLine } from './content-problem.ts';

/** Settings of a unit: `Service.ExecStart` and the like, with their values in order, and where each stands. */
type Settings = ReadonlyMap<string, readonly { readonly value: string; readonly line: TextLine }[]>;

/** Settings of a kind of unit, of which one is needed. Source: systemd.service(5), .timer(5) and their like */
const needs: Readonly<Record<string, { readonly section: string; readonly oneOf: readonly string[] }>> = {
  service: { section: 'Service', oneOf: ['ExecStart', 'ExecStop', 'SuccessAction'] },
  timer: {
    section: 'Timer',
    oneOf: ['OnCalendar', 'OnBootSec', 'OnStartupSec', 'OnActiveSec', 'OnUnitActiveSec', 'OnUnitInactiveSec'],
  },
  path: {
    section: 'Path',
    oneOf: ['PathExists', 'PathExistsGlob', 'PathChanged', 'PathModified', 'DirectoryNotEmpty'],
  },
  mount: { section: 'Mount', oneOf: ['What'] },
};

/** Faults of a unit file that systemd refuses. Source: systemd.syntax(7) */
export function judgeUnit(text: string, name: string): ContentProblem[] {
  const problems: ContentProblem[] = [];
  const settings = new Map<string, { value: string; line: TextLine }[]>();
  let section: string | undefined;
  for (const line of joinContinued(text)) {
    if (/^\s*([#;]|$)/.test(line.text)) continue;
    const header = /^\s*\[([^\]]+)\]\s*$/.exec(line.text)?.[1];
    if (header !== undefined) {
      section = header;
      continue;
    }
    const equals = line.text.indexOf('=');
    const key = line.text.slice(0, Math.max(0, equals)).trim();
    const value = line.text.slice(equals + 1).trim();
    if (key === '') {
      problems.push(
        problemOfLine(line, 'systemd leaves this line out: it is no setting', 'write Name=value'),
      );
    } else if (section === undefined) {
      const hint = 'put a section above it, like [Service]';
      problems.push(problemOfLine(line, 'systemd leaves this line out: it is in no section', hint));
    } else {
      const path = `${section}.${key}`;
      settings.set(path, [...(value === '' ? [] : (settings.get(path) ?? [])), { value, line }]);
    }
  }
  const whole = { text: text.split('\n', 1)[0] ?? '', offset: 0 };
  return [...problems, ...missing(settings, name, whole), ...misnamedMount(settings, name)];
}

/** Lines, with what a backslash at the end takes along; comments between are left out. */
function joinContinued(text: string): TextLine[] {
  const lines: TextLine[] = [];
  let parts: string[] = [];
  let offset = 0;
  for (const line of linesOf(text)) {
    if (parts.length > 0 && /^\s*[#;]/.test(line.text)) continue;
    if (parts.length === 0) offset = line.offset;
    const isOpen = line.text.endsWith('\\');
    parts.push(isOpen ? line.text.slice(0, -1) : line.text);
    if (isOpen) continue;
    lines.push({ text: parts.join(' '), offset });
    parts = [];
  }
  return parts.length === 0 ? lines : [...lines, { text: parts.join(' '), offset }];
}

function missing(settings: Settings, name: string, whole: TextLine): ContentProblem[] {
  const kind = /\.([a-z]+)$/.exec(name)?.[1] ?? '';
  const need = needs[kind];
  if (need === undefined) return [];
  const { section, oneOf } = need;
  if (oneOf.some((key) => settings.get(`${section}.${key}`)?.some(({ value }) => value !== '') === true))
    return [];
  const hint = `add it to the section [${section}]`;
  return [problemOfLine(whole, `systemd refuses this ${kind} unit: it has no ${oneOf[0] ?? ''}=`, hint)];
}

function misnamedMount(settings: Settings, name: string): ContentProblem[] {
  if (!/\.(auto)?mount$/.test(name)) return [];
  const section = name.endsWith('.automount') ? 'Automount' : 'Mount';
  const found = settings.get(`${section}.Where`)?.at(-1);
  if (found === undefined || found.value.includes('%')) return [];
  const wanted = `${escapePath(found.value)}.${section.toLowerCase()}`;
  if (wanted === name) return [];
  const message = `systemd refuses this unit: Where=${found.value} does not fit the name of the file`;
  return [problemOfLine(found.line, message, `call the file ${wanted}`)];
}

/** The name of a unit for a path. Source: systemd-escape(1), --path */
function escapePath(path: string): string {
  const plain = path.replaceAll(/\/+/g, '/').replaceAll(/^\/|\/$/g, '');
  if (plain === '') return '-';
  return [...new TextEncoder().encode(plain)]
    .map((byte, index) => {
      const letter = String.fromCodePoint(byte);
      if (letter === '/') return '-';
      const isKept = /[A-Za-z0-9:_]/.test(letter) || (letter === '.' && index > 0);
      return isKept ? letter : `\\x${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}
