import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { assetText, type Assets } from '../overlay/assets.ts';

/** Checks a rendered document of the seed. @throws Error that names the template: what is wrong is ours. */
export type CheckSeed = (
  document: 'user-data' | 'network-config' | 'network-config-v1' | 'meta-data',
  text: string,
) => void;

const schemaFiles = {
  'user-data': 'cloud-init/schemas/schema-cloud-config-v1.json',
  'network-config': 'cloud-init/schemas/schema-network-config-v2.json',
  'network-config-v1': 'cloud-init/schemas/schema-network-config-v1.json',
} as const;

/** Ajv's optimiser takes three times as long as it saves on documents of thirty lines. */
const fastToCompile = {
  strict: false,
  validateFormats: false,
  allErrors: true,
  inlineRefs: false,
  code: { optimize: false },
} as const;

/** Compiling takes longer than all the rest of a small cluster; the same bytes are compiled once. */
const compiled = new WeakMap<Uint8Array, ValidateFunction>();

/** Cloud-init's own schemas. They are draft-04, of which they use only what draft-07 has as well. */
function compileSchema(assets: Assets, file: string): ValidateFunction {
  const bytes = assets.files.get(file);
  const known = bytes === undefined ? undefined : compiled.get(bytes);
  if (known !== undefined) return known;
  const schema: AnySchemaObject = JSON.parse(assetText(assets, file));
  delete schema['$schema'];
  const validate = new Ajv(fastToCompile).compile(schema);
  if (bytes !== undefined) compiled.set(bytes, validate);
  return validate;
}

/** Makes a check against the schemas of the assets. */
export function createSeedCheck(assets: Assets): CheckSeed {
  return (document, text) => {
    const fail = (why: string, cause?: unknown): never => {
      throw new Error(`cloud-init/${document}.hbs: what it renders ${why}`, { cause });
    };
    if (document === 'user-data' && !text.startsWith('#cloud-config\n'))
      fail('does not begin with #cloud-config');
    let tree: unknown;
    try {
      tree = parse(text, { strict: true, uniqueKeys: true });
    } catch (error) {
      fail(`is not YAML: ${error instanceof Error ? error.message : ''}`, error);
    }
    if (document === 'meta-data') return;
    const validate = compileSchema(assets, schemaFiles[document]);
    if (validate(tree)) return;
    const problems = (validate.errors ?? []).map(
      (problem) => `${problem.instancePath} ${problem.message ?? ''}`,
    );
    fail(`is refused by cloud-init's schema: ${problems.join('; ')}`);
  };
}
