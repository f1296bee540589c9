import { realpathSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { quoteWord } from '../../report/quote-word.ts';
import { shownPath } from './shown-path.ts';

let found: string | undefined;

/**
 * How dlimage was started, as it can be typed again in the same directory: `dlimage` when that is this program,
 * `npx dlimage` when npm found it, else `node` with the path.
 */
export function ownCommand(): string {
  found ??= findOwnCommand(process.argv[1] ?? '', process.env);
  return found;
}

function findOwnCommand(script: string, env: NodeJS.ProcessEnv): string {
  // npm puts the program on its own PATH: it has to be asked first. Source: npm-exec(1), npm_command in config(7).
  if (env['npm_command'] === 'exec' && isHere(env['npm_config_local_prefix'])) return 'npx dlimage';
  const own = realPathOf(script);
  const places = (env['PATH'] ?? '').split(delimiter).filter((place) => place !== '');
  if (own !== undefined && places.some((place) => realPathOf(join(place, 'dlimage')) === own))
    return 'dlimage';
  return `node ${quoteWord(shownPath(script))}`;
}

/** True when npm, started from here, finds the same folder again. */
function isHere(prefix: string | undefined): boolean {
  return prefix !== undefined && !relative(prefix, process.cwd()).startsWith('..');
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
