// `npm run bench -- [part] [options]`: every part prints tables of ratios, measured against something else in the same
// run. Without a part all are run; options belong to the one part that is named.
import { readdir } from 'node:fs/promises';

const parts = (await readdir(new URL('parts/', import.meta.url))).map((name) => name.replace(/\.mjs$/, ''));
const args = process.argv.slice(2);
const firstOption = args.findIndex((arg) => arg.startsWith('-'));
const wanted = firstOption < 0 ? args : args.slice(0, firstOption);
const options = firstOption < 0 ? [] : args.slice(firstOption);
const unknown = wanted.filter((name) => !parts.includes(name));
if (unknown.length > 0 || (options.length > 0 && wanted.length !== 1)) {
  console.error(
    unknown.length > 0
      ? `no such part: ${unknown.join(', ')}; parts: ${parts.join(', ')}`
      : 'options need one part that they belong to',
  );
  process.exit(2);
}
for (const part of parts.filter((name) => wanted.length === 0 || wanted.includes(name))) {
  console.log(`\n## ${part}\n`);
  const { run } = await import(`./parts/${part}.mjs`);
  await run(options);
}
