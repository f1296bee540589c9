/**
 * What is measured for each format. `ours`: arguments of `dlimage build`. `others`: what the conventional way compresses
 * with, and what its files are called; null leaves the raw image.
 * `hashed`: which of them are measured with hashes too; with the slower ones those cost less than the noise.
 * Goals are shares of the conventional way's cost of one further node.
 */
export const cases = {
  img: {
    ours: ['img'],
    others: { 'copy, debugfs, mtools': null },
    hashed: ['copy, debugfs, mtools'],
    goals: {},
  },
  zst: {
    ours: ['img.zst'],
    others: {
      'zstd -9 -T0': ['img.zst', 'zstd -q -9 -T0 --rm "$image"'],
      'zstd -3 -T0': ['img.zst', 'zstd -q -3 -T0 --rm "$image"'],
    },
    hashed: ['zstd -9 -T0'],
    sizeOther: 'zstd -9 -T0',
    goals: { cpu: 0.05, wall: 0.15 },
  },
  gz: {
    ours: ['img.gz'],
    others: { 'pigz -6': ['img.gz', 'pigz -6 "$image"'] },
    sizeOther: 'pigz -6',
    goals: { cpu: 0.05, wall: 0.15 },
  },
  xz: {
    ours: ['img.xz'],
    others: { 'xz -6 -T0': ['img.xz', 'xz -6 -T0 "$image"'] },
    sizeOther: 'xz -6 -T0',
    goals: { cpu: 0.02, wall: 0.02 },
  },
  dlpatch: { ours: ['dlpatch'], others: {}, against: 'img', goals: { cpu: 0.3, wall: 0.3 } },
  qcow2: { ours: ['qcow2'], others: {}, against: 'img', goals: {} },
  'qcow2 --backing': { ours: ['qcow2', '--backing'], others: {}, against: 'img', goals: {} },
  bmap: { ours: ['img.bmap'], others: {}, against: 'img', goals: {} },
};

/** Formats whose frames are compressed once for each base. */
export const isFramed = (format) => cases[format].sizeOther !== undefined;

/**
 * How images are made. `plain` leaves out the SHA-256 of the uncompressed image, as the conventional way does. `copied`
 * and `synced` make nothing: they show how fast the machine writes files of that size to its cache and to its disk.
 */
export const ways = {
  first: 'dlimage, first time',
  ours: 'dlimage',
  plain: 'dlimage, no image checksum',
  conventional: 'conventional',
  hashed: 'conventional + sha256',
  mount: 'loop mount',
  copied: 'cp of its files',
  synced: 'cp of its files, synced',
};
