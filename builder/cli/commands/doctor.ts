import { examineTools, type ToolFinding } from '../../system/host/doctor/examine-tools.ts';
import { installCommands } from '../../system/host/install-hint.ts';
import { tools, type ToolName } from '../../system/host/tools.ts';
import { purposes, type Purpose } from '../../system/host/tools/tool.ts';
import { exitCode, UsageError } from '../../report/errors.ts';
import { printLine, printResult, type GlobalOptions } from '../terminal/console.ts';
import { formatTable } from '../../report/format-table.ts';

const headings: Readonly<Record<Purpose, string>> = {
  build: 'To build images',
  foreign: 'For boards of another architecture than this machine',
  flash: 'To write cards',
  packer: 'For dlimage packer',
  test: 'For the tests of dlimage itself',
};

/** `dlimage doctor`: exit code 3 when a program is missing without which no image can be built. */
export async function runDoctor(options: GlobalOptions & { missing?: boolean; for?: string }): Promise<void> {
  const wanted = purposesIn(options.for) ?? (options.missing === true ? ['build', 'foreign'] : usersOwn);
  const findings = await examineTools(toolsFor(wanted));
  const missing = missingDebianPackages(findings);
  if (options.missing === true) {
    if (options.json === true) printResult({ missing });
    else for (const name of missing) printLine(name);
    return;
  }
  const isLacking = findings.some(({ found, tool }) => !found && tool.neededFor === 'build');
  const code = isLacking ? exitCode.host : exitCode.done;
  if (options.json === true) printResult({ programs: findings.map(toJson), missing }, code);
  else if (options.quiet !== true) printLine(formatFindings(findings, wanted));
  process.exitCode = code;
}

const usersOwn: readonly Purpose[] = purposes.filter((purpose) => purpose !== 'test');

/** @throws UsageError for a purpose that there is none of */
function purposesIn(text: string | undefined): readonly Purpose[] | undefined {
  if (text === undefined) return undefined;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !purposes.some((purpose) => purpose === name));
  if (unknown !== undefined)
    throw new UsageError(`"${unknown}" is no purpose of programs`, `purposes: ${purposes.join(', ')}`);
  return purposes.filter((purpose) => names.includes(purpose));
}

/** Tools by purpose, and by name below it. */
function toolsFor(wanted: readonly Purpose[]): ToolName[] {
  const names = (Object.keys(tools) as ToolName[]).toSorted();
  return wanted.flatMap((purpose) => names.filter((name) => tools[name].neededFor === purpose));
}

/** Debian packages that bring what is missing, each once, sorted. */
function missingDebianPackages(findings: readonly ToolFinding[]): string[] {
  const names = findings.flatMap(({ found, tool }) => (found ? [] : [tool.packages.debian ?? tool.program]));
  return [...new Set(names)].toSorted();
}

function formatFindings(findings: readonly ToolFinding[], wanted: readonly Purpose[]): string {
  const rows = findings.map(({ tool, found, version }) => [
    tool.program,
    found ? (version ?? 'found') : 'MISSING',
    tool.purpose,
  ]);
  // One table, cut at the purposes, so that its columns stand below each other.
  const [header = '', ...lines] = formatTable(['program', 'version', 'purpose'], rows).split('\n');
  const groups = wanted.map((purpose) => {
    const own = lines.filter((_, index) => findings[index]?.tool.neededFor === purpose);
    return [`${headings[purpose]}:`, ...own, ''].join('\n');
  });
  return [header, '', ...groups, ...formatMissing(findings)].join('\n');
}

function formatMissing(findings: readonly ToolFinding[]): string[] {
  const missing = findings.filter(({ found }) => !found);
  if (missing.length === 0) return ['Everything is here.'];
  return [
    'Install what is missing:',
    ...installCommands(missing.map(({ tool }) => tool)).map((line) => `  ${line}`),
  ];
}

function toJson({ tool, found, version }: ToolFinding): Record<string, unknown> {
  const { program, purpose, neededFor, packages } = tool;
  return { program, found, version, purpose, neededFor, packages };
}
