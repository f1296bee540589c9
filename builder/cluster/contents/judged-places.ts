import { judgeCloudConfig } from './cloud-config-text.ts';
import type { ContentProblem } from './content-problem.ts';
import { judgeCron } from './cron-text.ts';
import { parseSshd } from './sshd-text.ts';
import { parseSudoers } from './sudoers-text.ts';
import { judgeUnit } from './unit-text.ts';

/** A program that reads a file, and refuses what it cannot read. */
export type Reader = 'sudo' | 'sshd' | 'cloud-init' | 'systemd' | 'cron';

interface JudgedPlace {
  readonly reader: Reader;
  /** Path on the node, see `canonicalPath`. Names that the reader leaves out are none of them. */
  readonly path: RegExp;
}

const places: readonly JudgedPlace[] = [
  { reader: 'sudo', path: /^\/etc\/sudoers\.d\/[^/.]*[^/.~]$/ },
  { reader: 'sshd', path: /^\/etc\/ssh\/sshd_config\.d\/[^/.][^/]*\.conf$/ },
  { reader: 'cloud-init', path: /^\/etc\/cloud\/cloud\.cfg\.d\/[^/]+\.cfg$/ },
  { reader: 'cron', path: /^\/etc\/cron\.d\/[\w-]+$/ },
  {
    reader: 'systemd',
    path: /^\/(?:etc|usr\/local\/lib)\/systemd\/system\/[^/]+\.(?:service|timer|path|socket|mount|automount|target|slice|swap)$/,
  },
];

/** The program that decides what a file at a path of the node may hold; undefined when nobody minds. */
export function readerOf(path: string): Reader | undefined {
  return places.find((place) => place.path.test(path))?.reader;
}

type Judge = (text: string, name: string) => readonly ContentProblem[];

const judges: Readonly<Record<Reader, Judge>> = {
  sudo: (text) => parseSudoers(text).problems,
  sshd: (text) => parseSshd(text).problems,
  'cloud-init': judgeCloudConfig,
  systemd: judgeUnit,
  cron: judgeCron,
};

/** Faults of a file that its reader refuses. `name` is that of the file. */
export function judgeContent(reader: Reader, text: string, name: string): readonly ContentProblem[] {
  return judges[reader](text, name);
}
