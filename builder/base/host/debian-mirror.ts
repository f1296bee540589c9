import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HostError } from '../../report/errors.ts';
import { readTextIfExists } from '../../system/host/files.ts';
import { runTool } from '../../system/host/run-tool.ts';
import {
  findDebianMirror,
  parseDeb822Sources,
  parseOneLineSources,
  type AptSource,
  type DebianMirror,
} from './apt-sources.ts';

/**
 * The mirror to build from: the user's, or that of the apt configuration below `root` when that runs Debian.
 *
 * @throws HostError `mirror-unknown` when there is neither.
 */
export async function readDebianMirror(
  wanted: string | undefined,
  root = '/',
): Promise<{ main: string; security: string | undefined }> {
  const own = await readOwnMirror(root);
  const main = wanted ?? own.main;
  if (main === undefined) {
    throw new HostError(
      'mirror-unknown',
      'no Debian mirror is known: apt on this machine is not configured with one',
      {
        hint: 'name one with --mirror, as in `--mirror http://MIRROR/debian`',
      },
    );
  }
  return { main: main.replace(/\/$/, ''), security: own.security?.replace(/\/$/, '') };
}

/** apt settings of this machine that reaching its mirror takes: proxies, and the clock checks of a snapshot. */
export async function readAptTransport(): Promise<string[]> {
  const { stdout } = await runTool('apt-config', ['dump', '--no-empty'], {
    step: 'read the settings of apt',
  });
  return new TextDecoder()
    .decode(stdout)
    .split('\n')
    .filter((line) =>
      /^Acquire::(?:https?::(?:Proxy|Verify|CAInfo)|Check-(?:Valid-Until|Date)\b|Max-FutureTime)/i.test(line),
    );
}

async function readOwnMirror(root: string): Promise<DebianMirror> {
  const release = (await readTextIfExists(join(root, 'etc/os-release'))) ?? '';
  if (!/^ID="?debian"?$/m.test(release)) return { main: undefined, security: undefined };
  const codename = /^VERSION_CODENAME="?([\w-]+)"?$/m.exec(release)?.[1];
  if (codename === undefined) return { main: undefined, security: undefined };
  return findDebianMirror(await readAptSources(join(root, 'etc/apt')), codename);
}

async function readAptSources(directory: string): Promise<AptSource[]> {
  const sources = parseOneLineSources((await readTextIfExists(join(directory, 'sources.list'))) ?? '');
  const parts = join(directory, 'sources.list.d');
  const names: string[] = await readdir(parts).catch(() => []);
  for (const name of names.toSorted()) {
    const text = (await readTextIfExists(join(parts, name))) ?? '';
    if (name.endsWith('.list')) sources.push(...parseOneLineSources(text));
    if (name.endsWith('.sources')) sources.push(...parseDeb822Sources(text));
  }
  return sources;
}
