import { error } from '../../report/finding.ts';
import { shown } from '../../report/shown.ts';
import type { ValueFormat } from './value-format.ts';

/** Whose path it is, and where it probably begins. `name` ends in the key that it stands at. */
function placeOf(name: string): { readonly whose: string; readonly folder: string } {
  if (/\bstorage\.path$/.test(name)) return { whose: 'server', folder: '' };
  return { whose: 'node', folder: /\bshell$/.test(name) ? '/bin' : '/etc' };
}

/** `node-path`: an absolute path on the node in its shortest form; `/` takes a whole tree. */
export const nodePath: ValueFormat = (value, { name, at }) => {
  if (!value.startsWith('/')) {
    const { whose, folder } = placeOf(name);
    return error(
      'path-not-absolute',
      at,
      `${name} ${shown(value)} must be an absolute path on the ${whose}`,
      `begin with /, like ${folder}/${value.replace(/^[./]+/, '')}`,
    );
  }
  const parts = value.split('/').filter((part) => part !== '' && part !== '.');
  const clean = `/${parts.join('/')}`;
  if (parts.includes('..')) {
    return error(
      'path-not-normalised',
      at,
      `${name} ${shown(value)} climbs with ..`,
      'write where it ends up',
    );
  }
  if (/[\p{Cc}]/u.test(value))
    return error('path-not-normalised', at, `${name} has control characters in it`);
  if (clean === value) return undefined;
  return error(
    'path-not-normalised',
    at,
    `${name} ${shown(value)} is not in its shortest form`,
    `write ${clean}`,
  );
};

/** `device-path`: a block device below `/dev`. */
export const devicePath: ValueFormat = (value, { name, at }) => {
  if (/^\/dev\/[\w.:@+-]+(\/[\w.:@+-]+)*$/.test(value) && !value.includes('/..')) return undefined;
  const hint = 'write the device as the node sees it, like /dev/sda or /dev/disk/by-id/...';
  return error('disk-not-a-device', at, `${name} ${shown(value)} is not a device below /dev`, hint);
};

/** `file-mode`: permission bits in octal, as text. */
export const fileMode: ValueFormat = (value, { name, at }) =>
  /^0?[0-7]{3,4}$/.test(value) && value.length <= 5
    ? undefined
    : error(
        'mode-malformed',
        at,
        `${name} ${shown(value)} is not a file mode`,
        'write three or four octal digits in quotes, like "0644"',
      );

/** `file-owner`: `user`, `user:group`, `uid` or `uid:gid`. */
export const fileOwner: ValueFormat = (value, { name, at }) =>
  /^([a-z_][a-z0-9_-]*|\d{1,9})(:([a-z_][a-z0-9_-]*|\d{1,9}))?$/.test(value)
    ? undefined
    : error(
        'owner-malformed',
        at,
        `${name} ${shown(value)} is not an owner`,
        'write a user, user:group or numbers, like root:root or 1000:1000',
      );
