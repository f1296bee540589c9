// Writes the list of formats into the manifest's schema, and the TypeScript types of every JSON Schema in profiles/schemas;
// `--check` only compares.
import { readFile, writeFile } from 'node:fs/promises';
import { compileFromFile } from 'json-schema-to-typescript';

const schemas = ['base', 'cluster', 'manifest', 'overlay', 'profile'];
const root = new URL('../../../', import.meta.url);
const check = process.argv.includes('--check');
let stale = 0;

const manifest = new URL('profiles/schemas/manifest.schema.json', root);
await update(manifest, await withFormats(await readFile(manifest, 'utf8')));

for (const name of schemas) {
  const target = new URL(`${name}.ts`, import.meta.url);
  const types = await compileFromFile(new URL(`profiles/schemas/${name}.schema.json`, root).pathname, {
    bannerComment: `// Made from profiles/schemas/${name}.schema.json by \`npm run generate\`. Do not edit.`,
    style: { singleQuote: true, printWidth: 110 },
  });
  await update(target, types);
}
process.exitCode = stale === 0 ? 0 : 1;

async function update(file, text) {
  if ((await readFile(file, 'utf8').catch(() => '')) === text) return;
  if (!check) return await writeFile(file, text);
  console.error(`${file.pathname} is stale: run \`npm run generate\``);
  stale += 1;
}

/** Every format that image-format.ts lists, in its order. */
async function withFormats(schema) {
  const code = await readFile(new URL('builder/image/image-format.ts', root), 'utf8');
  const listed = (name) => new RegExp(`${name} = \\[([^\\]]*)\\]`).exec(code)[1].match(/'[^']+'/g) ?? [];
  const formats = [...listed('imageFormats'), ...listed('boxFormats'), "'seed-iso'"];
  const lines = formats.map((format) => `$1  ${format.replaceAll("'", '"')}`).join(',');
  return schema.replace(/"enum": \[(\s+)  "img",[^\]]*\]/, `"enum": [${lines}$1]`);
}
