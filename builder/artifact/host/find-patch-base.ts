import { stat } from 'node:fs/promises';
import type { DlpatchHeader } from '../dlpatch.ts';
import { HostError } from '../../report/errors.ts';
import { listBases } from '../../base/host/base-cache.ts';
import { knownDigest } from '../../system/host/known-digest.ts';
import type { Progress } from '../../system/host/progress.ts';
import { kindInWords } from '../../system/host/regular-file.ts';

/**
 * Finds the base that a patch belongs to, and makes sure by its digest that it is the one.
 *
 * @param wanted A file, or the name or key of a base in the cache; undefined looks for the patch's own in the cache.
 * @throws HostError `patch-base-missing` or `patch-base-differs`
 */
export async function findPatchBase(
  base: DlpatchHeader['base'],
  wanted: string | undefined,
  context: {
    readonly cacheDirectory: string;
    readonly progress: Progress;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<string> {
  const path = await candidate(base, wanted, context.cacheDirectory);
  const { size } = await stat(path);
  if (size !== base.sizeBytes) throw differs(base, path, `it has ${size} bytes, not ${base.sizeBytes}`);
  const sha256 = await knownDigest(path, { ...context, title: 'Check the base' });
  if (sha256 !== base.sha256) throw differs(base, path, `its SHA-256 is ${sha256}, not ${base.sha256}`);
  return path;
}

async function candidate(
  base: DlpatchHeader['base'],
  wanted: string | undefined,
  cacheDirectory: string,
): Promise<string> {
  const status = wanted === undefined ? null : await stat(wanted).catch(() => null);
  if (wanted !== undefined && status?.isFile() === true) return wanted;
  const cached = await listBases(cacheDirectory);
  const exact = cached.find(({ sha256 }) => sha256 === base.sha256);
  const named = cached.filter(
    ({ definitionName, key }) => wanted === undefined || definitionName === wanted || key.startsWith(wanted),
  );
  const found =
    exact !== undefined && named.includes(exact) ? exact : wanted === undefined ? undefined : named[0];
  if (found !== undefined) return found.imagePath;
  throw new HostError(
    'patch-base-missing',
    wanted === undefined
      ? `the base of the patch is not in the cache: ${base.name}, key ${base.key.slice(0, 12)}`
      : `there is no base ${wanted}: ${status === null ? 'no such file' : `there it is ${kindInWords(status)}`}, and none of that name in the cache`,
    { hint: 'name its file with --base, or copy it into the cache of this machine' },
  );
}

function differs(base: DlpatchHeader['base'], path: string, reason: string): HostError {
  return new HostError(
    'patch-base-differs',
    `${path} is not the base that the patch was made for: ${reason}`,
    {
      hint: `the patch needs ${base.name}, key ${base.key.slice(0, 12)}; nothing was written`,
    },
  );
}
