import Handlebars from 'handlebars';
import { assetText, type Assets } from '../overlay/assets.ts';
import { quoteJson, quoteShell, quoteYaml } from './quote.ts';

/** Renders a template of the assets with a context; compiles each template once. */
export type RenderTemplate = (asset: string, context: object) => string;

const partialPath = /^cloud-init\/partials\/([\w-]+)\.hbs$/;

/**
 * Templates with Handlebars where nothing is silently empty: a missing value throws, also in `{{#each}}`, `{{#if}}`
 * and as the argument of a helper. Helpers: `each`, `if`, and `yaml`, `json`, `shell`, which quote a value.
 *
 * @throws Error, naming the template: it is our mistake.
 */
export function createTemplateSet(assets: Assets): RenderTemplate {
  const environment = createEnvironment();
  for (const path of assets.files.keys()) {
    const name = partialPath.exec(path)?.[1];
    if (name !== undefined) environment.registerPartial(name, assetText(assets, path));
  }
  const compiled = new Map<string, HandlebarsTemplateDelegate>();
  return (asset, context) => {
    try {
      let template = compiled.get(asset);
      if (template === undefined) {
        template = environment.compile(assetText(assets, asset), compileOptions);
        compiled.set(asset, template);
      }
      return template(context);
    } catch (cause) {
      throw new Error(`${asset}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  };
}

const compileOptions: CompileOptions = {
  strict: true,
  noEscape: true,
  knownHelpersOnly: true,
  knownHelpers: { yaml: true, json: true, shell: true },
};

function createEnvironment(): typeof Handlebars {
  const environment = Handlebars.create();
  for (const name of ['unless', 'with', 'lookup', 'log', 'each', 'if']) environment.unregisterHelper(name);
  environment.registerHelper('yaml', (value: unknown, options: HelperOptions) =>
    quoteYaml(given(value, options)),
  );
  environment.registerHelper('json', (value: unknown, options: HelperOptions) =>
    quoteJson(given(value, options)),
  );
  environment.registerHelper('shell', (value: unknown, options: HelperOptions) =>
    quoteShell(given(value, options)),
  );
  environment.registerHelper('if', function (this: unknown, value: unknown, options: HelperOptions) {
    return isPresent(given(value, options)) ? options.fn(this) : options.inverse(this);
  });
  environment.registerHelper('each', (value: unknown, options: HelperOptions) => {
    const list = given(value, options);
    if (!Array.isArray(list)) throw new Error(`{{#each}} needs a list${place(options)}`);
    return list.map((item) => options.fn(item)).join('');
  });
  return environment;
}

interface HelperOptions {
  readonly loc?: { readonly start: { readonly line: number; readonly column: number } };
  fn(context: unknown): string;
  inverse(context: unknown): string;
}

function given(value: unknown, options: HelperOptions): unknown {
  if (value === undefined) throw new Error(`a value is missing${place(options)}`);
  return value;
}

function place({ loc }: HelperOptions): string {
  return loc === undefined ? '' : ` - ${loc.start.line}:${loc.start.column}`;
}

function isPresent(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}
