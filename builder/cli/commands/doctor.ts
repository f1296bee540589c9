import { examineTools, type ToolFinding } from '../../host/doctor/examine-tools.ts';
import { installHint } from '../../host/install-hint.ts';
import { exitCode } from '../../report/errors.ts';
import { printLine, printResult, type GlobalOptions } from '../console.ts';
import { formatTable } from '../../report/format-table.ts';

/** `dlimage doctor`: exit code 3 when a program is missing without which no image can be built. */
export async function runDoctor(options: GlobalOptions & { missing?: boolean }): Promise<void> {
  const findings = await examineTools();
  const missing = missingDebianPackages(findings);
  if (options.missing === true) {
    if (options.json === true) printResult({ missing });
    else for (const name of missing) printLine(name);
    return;
  }
  const isLacking = findings.some(({ found, tool }) => !found && tool.neededFor === 'build');
  const code = isLacking ? exitCode.host : exitCode.done;
  if (options.json === true) printResult({ programs: findings.map(toJson), missing }, code);
  else if (options.quiet !== true) printLine(formatFindings(findings));
  process.exitCode = code;
}

/** Debian packages that bring what is missing, each once, sorted. */
function missingDebianPackages(findings: readonly ToolFinding[]): string[] {
  const names = findings.flatMap(({ found, tool }) => (found ? [] : [tool.packages.debian ?? tool.program]));
  return [...new Set(names)].toSorted();
}

function formatFindings(findings: readonly ToolFinding[]): string {
  const rows = findings.map(({ tool, found, version }) => [
    tool.program,
    found ? (version ?? 'found') : 'MISSING',
    tool.neededFor,
    tool.purpose,
  ]);
  const missing = findings.filter(({ found }) => !found);
  return [
    formatTable(['program', 'version', 'needed for', 'purpose'], rows),
    '',
    ...(missing.length === 0
      ? ['Everything is here.']
      : missing.map(({ tool }) => `${tool.program}: ${installHint(tool)}`)),
  ].join('\n');
}

function toJson({ tool, found, version }: ToolFinding): Record<string, unknown> {
  const { program, purpose, neededFor, packages } = tool;
  return { program, found, version, purpose, neededFor, packages };
}
