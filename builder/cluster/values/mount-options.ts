import { error } from '../../report/finding.ts';
import { shown } from '../../report/shown.ts';
import type { ValueFormat } from './value-format.ts';

/** Versions of NFS that Debian's kernels speak. Source: nfs(5). */
const nfsVersions: readonly string[] = ['3', '4', '4.0', '4.1', '4.2'];

/** `mount-options`: what mount(8) takes behind `-o`, for NFS. */
export const mountOptions: ValueFormat = (value, { name, at }) => {
  const options = value.split(',');
  const parts = options.map((option) => option.trim()).filter((option) => option !== '');
  if (parts.join(',') !== value) {
    const hint = parts.length === 0 ? 'remove it' : `write ${parts.join(',')}`;
    return error(
      'mount-options-malformed',
      at,
      `${name} ${shown(value)} has a blank or nothing at all between its commas`,
      hint,
    );
  }
  const bad = options.find((option) => !/^[\w.-]+(=[\w.:/@%+-]+)?$/.test(option));
  if (bad !== undefined) {
    const message = `${name} has ${shown(bad)}, which is not a mount option`;
    return error(
      'mount-options-malformed',
      at,
      message,
      'write name or name=value, like vers=4.2,hard,noatime',
    );
  }
  const version = options.map((option) => /^(?:nfs)?vers=(.*)$/.exec(option)?.[1]).find(isUnknownVersion);
  if (version === undefined) return undefined;
  const message = `${name} has vers=${shown(version)}, but the nodes speak NFS ${nfsVersions.join(', ')}`;
  return error(
    'mount-options-malformed',
    at,
    message,
    'leave vers out to take the newest that the server has',
  );
};

function isUnknownVersion(version: string | undefined): version is string {
  return version !== undefined && !nfsVersions.includes(version);
}
