import { run } from '../../../image/support/programs.ts';
import { type WrongDisk, mebibyte, said } from './situation.ts';

export const unfitDisks: Readonly<Record<string, WrongDisk>> = {
  'it was attached as read-only': {
    because: 'disk-read-only',
    bring(rig) {
      const disk = rig.attach(rig.file('card.img', mebibyte), ['--read-only']);
      return { disk, proof: [said('blockdev', ['--getro', disk]), '1'] };
    },
  },
  'it was made read-only later': {
    because: 'disk-read-only',
    bring(rig) {
      const { disk } = rig.card('card.img');
      run('blockdev', ['--setro', disk]);
      // The kernel would keep it for whatever is attached there next.
      rig.onCleanUp(() => run('blockdev', ['--setrw', disk]));
      return { disk, proof: [said('blockdev', ['--getro', disk]), '1'] };
    },
  },
  'its sectors have 4096 bytes': {
    because: 'disk-large-sectors',
    bring(rig) {
      const disk = rig.attach(rig.file('card.img', 32 * mebibyte), ['--sector-size', '4096']);
      return { disk, proof: [said('blockdev', ['--getss', disk]), '4096'] };
    },
  },
  'it is one sector too small': {
    because: 'disk-too-small',
    bring(rig) {
      const disk = rig.attach(rig.file('card.img', 32 * mebibyte - 512));
      const proof = [said('blockdev', ['--getsize64', disk]), String(32 * mebibyte - 512)] as const;
      return { disk, proof, options: { neededBytes: 32 * mebibyte } };
    },
  },
  'it has 300 GiB': {
    because: 'disk-too-large',
    bring(rig) {
      const disk = rig.attach(rig.file('card.img', 300 * 1024 ** 3));
      return { disk, proof: [said('blockdev', ['--getsize64', disk]), String(300 * 1024 ** 3)] };
    },
  },
  'it has no size': {
    because: 'disk-empty-slot',
    bring(rig) {
      const disk = rig.attach(rig.file('card.img', 0));
      return { disk, proof: [said('blockdev', ['--getsize64', disk]), /^0\n$/] };
    },
  },
  'it is a loop device, and not in a test': {
    because: 'disk-is-loop',
    bring(rig) {
      const { disk } = rig.card('card.img');
      return { disk, proof: [said('lsblk', ['-dno', 'TYPE', disk]), 'loop'], options: { allowLoop: false } };
    },
  },
};
