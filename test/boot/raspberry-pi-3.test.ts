import { describeBootedNode } from './booted-node.ts';
import { checkNode } from './node-facts.ts';

describeBootedNode(
  'the image of a pi3 node, on an emulated Raspberry Pi 3',
  {
    platform: 'raspberry-pi-3',
    profile: 'pi3',
    count: 4,
    index: 2,
    architecture: 'aarch64',
    metaDataPath: 'boot:/meta-data',
  },
  checkNode,
);
