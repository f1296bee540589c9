import type { Diagnostic, SourceText } from '../../report/diagnostic.ts';
import { error, warning } from '../../report/finding.ts';
import type { VariableLookup } from './variable-template.ts';

/** Lines of a file of `env_file:`. */
export interface EnvFile {
  /** Its names without a value, in order: Docker takes the value from whoever deploys. */
  readonly names: readonly EnvFileName[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A name without a value. `line` and `column` count from 1. */
export interface EnvFileName {
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

/** Longest line that Docker reads, in bytes without its end. Source: Go, bufio.MaxScanTokenSize; held by test/contract/stacks.test.ts. */
const longestLineBytes = 64 * 1024 - 1;

/** Docker skips these before a name. Source: Go, unicode.IsSpace. */
const leadingBlanks = /^(?:[^\S\uFEFF]|\u0085)+/;

const bom = /^\uFEFF/;

/**
 * Parses a file of `env_file:` as `docker stack deploy` does, which knows lines and nothing else: no quotes, no `export`,
 * no comment behind a value and no variables. What Docker refuses is an error; what it takes in another way than
 * docker compose does is a warning. No value comes into a message.
 *
 * Source: docker/cli, opts/file.go; held by test/contract/stacks.test.ts.
 */
export function parseEnvFile({ file, text }: SourceText): EnvFile {
  const names: EnvFileName[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [index, line] of linesOf(text).entries()) {
    const { name, value, column } = readLine(line);
    const at = { file, line: index + 1, column, length: Math.max(1, name.length) };
    const refused = refusalOf(line, name, value);
    if (refused !== undefined) diagnostics.push(error('stack-env-file-malformed', at, ...refused));
    else if (name !== '') {
      const doubt = doubtAbout(name, value);
      if (doubt !== undefined) diagnostics.push(warning('stack-env-file-literal', at, ...doubt));
      if (value === undefined) names.push({ name, line: index + 1, column });
    }
  }
  return { names, diagnostics };
}

/**
 * The text of a file of `env_file:` that needs nobody's environment: its names without a value get theirs, and those that
 * have none are left out. Undefined when it is right as it is.
 */
export function fillEnvFile(text: string, lookUp: VariableLookup): string | undefined {
  const lines = linesOf(text).map((line) => ({ line, ...readLine(line) }));
  if (lines.every(({ name, value }) => name === '' || value !== undefined)) return undefined;
  return lines
    .flatMap(({ line, name, value }) => {
      if (name === '' || value !== undefined) return [line];
      const found = lookUp(name);
      return found === undefined ? [] : [`${name}=${found}`];
    })
    .join('\n');
}

/** With the carriage returns at their ends. */
function linesOf(text: string): string[] {
  return text.replace(bom, '').split('\n');
}

/** An empty name is one of a line that says nothing, or of one that begins with `=`: then there is a value. */
function readLine(line: string): { name: string; value: string | undefined; column: number } {
  const written = line.replace(/\r$/, '').replace(leadingBlanks, '');
  const column = (leadingBlanks.exec(line)?.[0] ?? '').length + 1;
  if (written === '' || written.startsWith('#')) return { name: '', value: undefined, column };
  const end = written.indexOf('=');
  return end < 0
    ? { name: written, value: undefined, column }
    : { name: written.slice(0, end), value: written.slice(end + 1), column };
}

type Words = readonly [message: string, hint: string];

function refusalOf(line: string, name: string, value: string | undefined): Words | undefined {
  if (Buffer.byteLength(line) > longestLineBytes) {
    return [
      'this line is too long: Docker reads at most 65,535 bytes',
      'make it a file of secrets: or configs:',
    ];
  }
  if (line.includes('\0')) return ['this line has a NUL in it, which no variable can hold', 'remove it'];
  if (name === '') return value === undefined ? undefined : ['this line has no name before its =', example];
  if (/^export[ \t]/.test(name))
    return ['Docker does not know export in this file', 'write NAME=value alone'];
  return /[ \t]/.test(name) ? ['this line has a blank in the name of its variable', example] : undefined;
}

const example = 'write NAME=value, or begin the line with #';

function doubtAbout(name: string, value: string | undefined): Words | undefined {
  if (/[\p{Cc}\p{Cf}\p{Z}]/u.test(name)) {
    return ['the name of this variable has an invisible character in it', 'type the name anew'];
  }
  if (value === undefined) return undefined;
  if (/^(["']).*\1$/.test(value)) {
    return ['the quotes become a part of the value: a swarm does not take them off', 'write the value alone'];
  }
  if (/^["']/.test(value)) {
    return [
      'the quote becomes a part of the value, which ends with this line',
      'put a value of several lines into a file of secrets: or configs:',
    ];
  }
  if (value.includes('\r')) {
    return ['the value has a carriage return in it', 'save the file with the line ends of Unix'];
  }
  if (/\s#/.test(value)) {
    return ['the # and what follows become a part of the value', 'give the comment a line of its own'];
  }
  if (/\$(?:\{|[A-Z_][A-Z0-9_]*(?![\w./$]))/.test(value)) {
    return [
      'the variable in the value is not filled in: the $ stays',
      'write it in environment: to have it filled in',
    ];
  }
  return /\s$/.test(value)
    ? ['the value ends with a blank, which stays', 'remove it if it is not meant']
    : undefined;
}
