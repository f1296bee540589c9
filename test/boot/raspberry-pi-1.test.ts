import { describeBootedNode } from './booted-node.ts';
import { checkNode } from './node-facts.ts';

describeBootedNode(
  'the image of a Raspberry Pi Zero or 1, on an emulated Raspberry Pi 1',
  {
    platform: 'raspberry-pi-1',
    profile: 'pi0',
    count: 1,
    index: 1,
    isLong: true,
    architecture: 'armv6l',
    metaDataPath: 'boot:/meta-data',
  },
  checkNode,
);
