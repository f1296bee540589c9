import type { Disk } from './block-device.ts';

/** What tells one disk from another; what it is told by is written to, nothing else. */
export interface DiskIdentity {
  readonly sizeBytes: number;
  readonly serial: string | null;
  readonly slot: string | null;
  readonly cid: string | null;
  /** The kernel's count of appearances: another one is another card, or the same one put in again. */
  readonly sequence: number | null;
  /** Of the first MiB; null where it could not be read. */
  readonly firstMebibyteSha256: string | null;
}

/** A disk's identity, with the digest of its first MiB, read past the page cache. */
export function diskIdentity(disk: Disk, firstMebibyteSha256: string | null): DiskIdentity {
  const { sizeBytes, serial, slot, cid, sequence } = disk;
  return { sizeBytes, serial, slot, cid, sequence, firstMebibyteSha256 };
}

/** True when this is surely the disk that was looked at before. */
export function sameDisk(before: DiskIdentity, now: DiskIdentity): boolean {
  return identityChanges(before, now).length === 0;
}

/** What is not as it was, in words; none for the same disk. A first MiB that was not read proves nothing. */
export function identityChanges(before: DiskIdentity, now: DiskIdentity): string[] {
  const compared: readonly (readonly [string, string | number | null, string | number | null])[] = [
    ['size', before.sizeBytes, now.sizeBytes],
    ['serial number', before.serial, now.serial],
    ['slot', before.slot, now.slot],
    ['card number (CID)', before.cid, now.cid],
  ];
  const changes = compared.flatMap(([what, old, current]) =>
    old === current ? [] : [`its ${what} was ${old ?? 'unknown'} and is ${current ?? 'unknown'}`],
  );
  if (before.sequence !== null && now.sequence !== null && before.sequence !== now.sequence)
    changes.push('it was taken out, or its card was');
  if (before.firstMebibyteSha256 === null || now.firstMebibyteSha256 === null)
    changes.push('its first MiB could not be read');
  else if (before.firstMebibyteSha256 !== now.firstMebibyteSha256)
    changes.push('its first MiB is another one');
  return changes;
}
