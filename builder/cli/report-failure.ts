import { countFindings } from '../report/count-findings.ts';
import { formatReport } from '../report/format-report.ts';
import { ConfigurationError, exitCode, HostError, UsageError } from '../report/errors.ts';
import { explainDiskFull } from '../system/host/disk-full.ts';
import { explainSystemError } from '../system/host/system-error.ts';
import { asTyped, diagnosticsAsTyped } from './terminal/as-typed.ts';
import { wrapText } from '../report/wrap-text.ts';
import { columnsOf, usesColour } from './terminal/console.ts';
import { Interruption } from './terminal/interruption.ts';

/** Shows a failure on stderr (as one JSON object with `--json`) and returns the exit code for it. */
export function reportFailure(failure: unknown, options: { json: boolean; debug: boolean }): number {
  const error = explainSystemError(explainDiskFull(failure));
  const colour = usesColour(process.stderr);
  const columns = columnsOf(process.stderr);
  const writeLine = (text: string): void => {
    process.stderr.write(`${wrapText(text, columns ?? Infinity).join('\n')}\n`);
  };
  const kind = classify(error);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ event: 'failed', exitCode: kind, ...asJson(error) })}\n`);
    return kind;
  }
  if (error instanceof ConfigurationError) {
    const look = { colour, columns };
    process.stderr.write(formatReport(diagnosticsAsTyped(error.diagnostics), error.sources, look));
  } else if (error instanceof HostError || error instanceof UsageError) {
    const id = error instanceof HostError ? ` [${error.id}]` : '';
    writeLine(`${colour ? '\u001B[1;31merror:\u001B[0m' : 'error:'} ${asTyped(error.message)}${id}`);
    for (const line of error instanceof HostError ? error.details : []) process.stderr.write(`    ${line}\n`);
    if (error.hint !== undefined) writeLine(`  hint: ${asTyped(error.hint)}`);
  } else if (error instanceof Interruption) {
    if (error.message !== '') process.stderr.write(`${error.message}\n`);
  } else {
    const text = error instanceof Error ? (options.debug ? error.stack : error.message) : String(error);
    process.stderr.write(`internal error: ${text}\n`);
    if (!options.debug)
      process.stderr.write('  hint: this is a bug in dlimage; run again with --debug and report it\n');
  }
  return kind;
}

function classify(error: unknown): number {
  if (error instanceof ConfigurationError) return exitCode.configuration;
  if (error instanceof UsageError) return exitCode.usage;
  if (error instanceof HostError) return exitCode.host;
  if (error instanceof Interruption) return error.exitCode;
  return exitCode.bug;
}

function asJson(error: unknown): Record<string, unknown> {
  if (error instanceof ConfigurationError) {
    return { ...countFindings(diagnosticsAsTyped(error.diagnostics), error.sources) };
  }
  if (error instanceof HostError) {
    const hint = error.hint === undefined ? undefined : asTyped(error.hint);
    return { id: error.id, message: asTyped(error.message), details: error.details, hint };
  }
  if (error instanceof UsageError) {
    return {
      message: asTyped(error.message),
      hint: error.hint === undefined ? undefined : asTyped(error.hint),
    };
  }
  return { message: error instanceof Error ? error.message : String(error) };
}
