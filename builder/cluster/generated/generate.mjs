// Writes the TypeScript types of every JSON Schema in profiles/schemas; `--check` only compares.
import { readFile, writeFile } from 'node:fs/promises';
import { compileFromFile } from 'json-schema-to-typescript';

const schemas = ['base', 'cluster', 'manifest', 'overlay', 'profile'];
const root = new URL('../../../', import.meta.url);
const check = process.argv.includes('--check');
let stale = 0;

for (const name of schemas) {
  const target = new URL(`${name}.ts`, import.meta.url);
  const types = await compileFromFile(new URL(`profiles/schemas/${name}.schema.json`, root).pathname, {
    bannerComment: `// Made from profiles/schemas/${name}.schema.json by \`npm run generate\`. Do not edit.`,
    style: { singleQuote: true, printWidth: 110 },
  });
  if (!check) await writeFile(target, types);
  else if ((await readFile(target, 'utf8').catch(() => '')) !== types) {
    console.error(`${name}.ts is stale: run \`npm run generate\``);
    stale += 1;
  }
}
process.exitCode = stale === 0 ? 0 : 1;
