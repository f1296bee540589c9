// `node test/check/python.mjs [--write]`: lints and formats all Python of the repository; with --write it writes what the
// formatter says. What was found good is known again by its content.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PositionEncoding, Workspace } from '@astral-sh/ruff-wasm-nodejs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const isWriting = process.argv.includes('--write');
/** Imports in order, none unused, no quotes around types. */
const mended = new Set(['I001', 'F401', 'UP037']);
const settings = {
  'line-length': 130,
  // The Python of HypriotOS, the oldest base.
  'target-version': 'py37',
  lint: {
    select: ['E', 'F', 'W', 'I', 'B', 'UP', 'SIM'],
    ignore: ['SIM117', 'UP006', 'UP007', 'UP035', 'UP045'],
  },
};
const workspace = new Workspace(settings, PositionEncoding.Utf16);
const cache = join(root, 'node_modules/.cache/python/good.json');

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((path) => path.endsWith('.py') || (path.startsWith('overlays/') && isPython(path)));

const known = new Set(readKnown());
const good = [];
let complaints = 0;
for (const path of files) {
  let text = readFileSync(join(root, path), 'utf8');
  if (isWriting) writeFileSync(join(root, path), (text = workspace.format(mend(text))));
  if (known.has(keyOf(text))) {
    good.push(keyOf(text));
    continue;
  }
  const before = complaints;
  for (const { code, message, start_location: at } of workspace.check(text))
    complain(path, at.row, at.column, `${message} (${code})`);
  if (workspace.format(text) !== text) complain(path, 1, 1, 'is not formatted: npm run format');
  if (complaints === before) good.push(keyOf(text));
}
mkdirSync(dirname(cache), { recursive: true });
writeFileSync(cache, JSON.stringify(good));
console.log(`${files.length} files of Python, ${complaints} complaints`);
process.exitCode = complaints === 0 ? 0 : 1;

/** Sorts and removes imports, one complaint after the other: each changes where the next one is. */
function mend(text) {
  const fix = workspace.check(text).find(({ code, fix: found }) => found !== null && mended.has(code))?.fix;
  if (fix === undefined) return text;
  const lines = text.split('\n');
  const offset = ({ row, column }) =>
    lines.slice(0, row - 1).reduce((sum, line) => sum + line.length + 1, column - 1);
  const edits = fix.edits.toSorted((one, other) => offset(other.location) - offset(one.location));
  return mend(
    edits.reduce(
      (done, { content, location, end_location: end }) =>
        done.slice(0, offset(location)) + (content ?? '') + done.slice(offset(end)),
      text,
    ),
  );
}

function keyOf(text) {
  return createHash('sha256')
    .update(JSON.stringify([Workspace.version(), settings, text]))
    .digest('hex');
}

function readKnown() {
  try {
    return JSON.parse(readFileSync(cache, 'utf8'));
  } catch {
    return [];
  }
}

function complain(path, row, column, text) {
  complaints += 1;
  console.log(`${path}:${row}:${column}: ${text}`);
}

function isPython(path) {
  return readFileSync(join(root, path)).subarray(0, 40).toString().startsWith('#!/usr/bin/python3');
}
