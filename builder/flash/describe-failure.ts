import { HostError } from '../report/errors.ts';
import { formatBytes } from '../report/format-units.ts';
import type { Mismatch, WriterFailure } from './writer-protocol.ts';

/** A card that does not hold what it should. */
export class CardMismatch extends HostError {
  /** The first places that differ; the caller knows which partitions and files they belong to. */
  readonly mismatches: readonly Mismatch[];

  constructor(device: string, failure: WriterFailure) {
    const { mismatches = [], badChunks = 0, comparedChunks = 0 } = failure;
    super(
      'flash-mismatch',
      `${device} does not hold what it should: ${badChunks} of ${comparedChunks} pieces differ`,
      {
        details: mismatches.map(describePlace),
        hint: 'try the card in another reader or at another port; if it fails there too, it is worn out or a fake',
      },
    );
    this.mismatches = mismatches;
  }
}

/** The message for a card that could not be written or verified. */
export function describeFailure(device: string, failure: WriterFailure): HostError {
  const { offsetBytes = 0, text = '' } = failure;
  const because = text === '' ? '' : `: ${text}`;
  switch (failure.reason) {
    case 'mismatch':
      return new CardMismatch(device, failure);
    case 'busy':
      return new HostError('flash-busy', `${device} is in use by another program`, {
        hint: 'unmount its filesystems and close what has it open; a filesystem unmounted with umount -l stays until the last file is closed',
      });
    case 'gone':
      return new HostError('flash-gone', `${device} is gone, or does not answer any more`, {
        hint: 'put the card in again and run the same command: it goes on where it stopped',
      });
    case 'no-medium':
      return new HostError('flash-no-medium', `there is no card in ${device}`);
    case 'no-rights':
      return new HostError('flash-no-rights', `you may not open ${device}`, {
        hint: 'install sudo, or join the group that owns the device',
      });
    case 'read-only':
      return new HostError('flash-read-only', `${device} is read-only`, {
        hint: 'look for the switch at the side of the card or of its adapter; a worn-out card can be read-only, too',
      });
    case 'changed':
      return new HostError('flash-changed', `${device} is not the disk that was chosen${because}`, {
        hint: 'nothing was written; choose again',
      });
    case 'sector-size':
      return new HostError(
        'flash-sector-size',
        `${device} has sectors of another size than the image${because}`,
        {
          hint: 'use a disk with sectors of 512 bytes: the partition table counts in them',
        },
      );
    case 'too-small':
      return new HostError('flash-too-small', `the image does not fit on ${device}${because}`, {
        hint: 'use a larger card, or make a smaller image',
      });
    case 'capacity':
      return new HostError(
        'flash-fake-capacity',
        `${device} does not keep what is written at ${formatBytes(offsetBytes)} (byte ${offsetBytes}): it is smaller than it says`,
        { hint: 'return the card: it is a fake, or broken' },
      );
    case 'write':
      return new HostError(
        'flash-write-failed',
        `cannot write to ${device} at byte ${offsetBytes}${because}`,
        {
          hint: 'try another reader or port; if it fails there too, the card is worn out',
        },
      );
    case 'read':
      return new HostError('flash-read-failed', `cannot read ${device} at byte ${offsetBytes}${because}`, {
        hint: 'try another reader or port; if it fails there too, the card is worn out',
      });
    case 'interrupted':
      return new HostError(
        'flash-interrupted',
        `writing to ${device} was interrupted: the card is unfinished`,
        {
          hint: 'run the same command again: it goes on where it stopped',
        },
      );
    case 'open':
      return new HostError('flash-not-opened', `cannot open ${device}${because}`);
    default:
      throw new Error(`the writer does not understand its ${failure.reason}${because}`);
  }
}

const heldInWords = {
  zeros: 'zeros',
  ones: 'ones (ff)',
  bits: 'flipped bits',
  moved: 'what belongs elsewhere',
  unsteady: 'something else, but not when it was read again',
  unreadable: 'nothing that can be read',
  data: 'other data',
} as const satisfies Record<Mismatch['found'], string>;

/** One line for a place that differs. */
function describePlace(mismatch: Mismatch): string {
  const { offsetBytes, lengthBytes, expected, found, flippedBits, fromOffsetBytes } = mismatch;
  const more =
    flippedBits === undefined
      ? fromOffsetBytes === undefined
        ? ''
        : ` (byte ${fromOffsetBytes})`
      : ` (${flippedBits} in 512 bytes)`;
  return `byte ${offsetBytes}, ${formatBytes(lengthBytes)}: ${expected} expected, found ${heldInWords[found]}${more}`;
}
