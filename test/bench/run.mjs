// `npm run bench [part...]`: every part prints a table of ratios, measured against something else in the same run.
import { readdir } from 'node:fs/promises';

const parts = (await readdir(new URL('parts/', import.meta.url))).map((name) => name.replace(/\.mjs$/, ''));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !parts.includes(name));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(', ')}; parts: ${parts.join(', ')}`);
  process.exit(2);
}
for (const part of parts.filter((name) => wanted.length === 0 || wanted.includes(name))) {
  console.log(`\n## ${part}\n`);
  const { run } = await import(`./parts/${part}.mjs`);
  await run();
}
