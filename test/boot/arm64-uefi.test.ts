import { describe } from 'vitest';
import { describeBootedNode } from './booted-node.ts';
import { checkNode } from './node-facts.ts';
import { bootsAll } from './requirements.ts';

describe.runIf(bootsAll)('with DLIMAGE_BOOT_ALL=1', () => {
  describeBootedNode(
    'the image of an arm64-vm node, started by UEFI',
    {
      platform: 'arm64-uefi',
      profile: 'arm64-vm',
      count: 3,
      index: 3,
      architecture: 'aarch64',
      metaDataPath: '/var/lib/cloud/seed/nocloud/meta-data',
    },
    checkNode,
  );
});
