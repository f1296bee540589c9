import { HostError } from '../report/errors.ts';

/** What lsblk says of a device; sysfs has the rest. */
export interface ListedDevice {
  readonly name: string;
  readonly number: string;
  readonly type: string;
  readonly parents: readonly string[];
  readonly transport: string | null;
  readonly subsystems: readonly string[];
  readonly vendor: string | null;
  readonly model: string | null;
  readonly serial: string | null;
  readonly hctl: string | null;
  readonly signature: string | null;
  readonly label: string | null;
  readonly uuid: string | null;
  readonly partuuid: string | null;
}

/** Columns that are asked for: all are there since util-linux 2.29, of 2016. */
export const lsblkColumns =
  'NAME,KNAME,MAJ:MIN,TYPE,PKNAME,TRAN,SUBSYSTEMS,VENDOR,MODEL,SERIAL,HCTL,FSTYPE,LABEL,UUID,PARTUUID';

type Row = Readonly<Record<string, unknown>>;

/**
 * Devices as `lsblk --json` lists them, each once, whatever version wrote it: children within their parents or a flat
 * list, null or an empty text for what is not known.
 *
 * @throws HostError `lsblk-unreadable`
 */
export function parseLsblk(text: string): ListedDevice[] {
  const devices = new Map<string, ListedDevice>();
  const take = (rows: unknown, parent: string | null): void => {
    if (!Array.isArray(rows)) return;
    for (const row of rows as Row[]) {
      const device = deviceOf(row);
      const known = devices.get(device.name);
      const own = [parent, textOf(row['pkname'])].filter((name) => name !== null);
      const parents = [...new Set([...(known?.parents ?? []), ...own])];
      devices.set(device.name, { ...device, parents });
      take(row['children'], device.name);
    }
  };
  take(rowsOf(text), null);
  return [...devices.values()];
}

function rowsOf(text: string): unknown[] {
  try {
    const rows = (JSON.parse(text) as { blockdevices?: unknown } | null)?.blockdevices;
    if (Array.isArray(rows)) return rows;
  } catch {
    // It is told below, as anything else that is no list.
  }
  throw unreadable(text);
}

function deviceOf(row: Row): Omit<ListedDevice, 'parents'> {
  const name = textOf(row['kname']) ?? textOf(row['name']);
  const number = textOf(row['maj:min']);
  if (name === null || number === null) throw unreadable(JSON.stringify(row));
  return {
    name,
    number,
    type: textOf(row['type']) ?? 'disk',
    transport: textOf(row['tran']),
    subsystems: (textOf(row['subsystems']) ?? '').split(':').filter((word) => word !== ''),
    vendor: textOf(row['vendor']),
    model: textOf(row['model']),
    serial: textOf(row['serial']),
    hctl: textOf(row['hctl']),
    signature: textOf(row['fstype']),
    label: textOf(row['label']),
    uuid: textOf(row['uuid']),
    partuuid: textOf(row['partuuid']),
  };
}

/** Without the spaces that SCSI pads vendor and model with; null for nothing. */
function textOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = value.trim();
  return text === '' ? null : text;
}

function unreadable(text: string): HostError {
  return new HostError('lsblk-unreadable', 'lsblk does not list the disks of this machine as JSON', {
    hint: 'run `lsblk --json` and see what it says; dlimage needs util-linux 2.29 or newer',
    details: text.split('\n').slice(0, 3),
  });
}
