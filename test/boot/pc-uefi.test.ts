import { describeBootedNode } from './booted-node.ts';
import { checkNode } from './node-facts.ts';

describeBootedNode(
  'the image of an x86 node, started by UEFI',
  {
    platform: 'pc-uefi',
    profile: 'x86',
    count: 1,
    index: 1,
    architecture: 'x86_64',
    metaDataPath: '/var/lib/cloud/seed/nocloud/meta-data',
  },
  checkNode,
);
