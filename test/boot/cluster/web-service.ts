import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { webImage, webPort, writeWebImage } from './web-image.ts';

/** The service's folder on the shared storage, as nodes see it. */
export const webData = '/mnt/cluster/web';

/** Port that the cluster publishes it on. */
export const webPublished = 8000;

/** What the definition says of it. */
export const webDefinition = { images: ['./web.tar'], stacks: { web: './web.yaml' } };

/** A container that serves a folder of the shared storage, on one node at a time. */
const stack = {
  services: {
    web: {
      image: webImage,
      hostname: '{{.Node.Hostname}}',
      ports: [{ target: webPort, published: webPublished }],
      volumes: [{ type: 'bind', source: webData, target: '/data' }],
      deploy: {
        replicas: 1,
        placement: { constraints: ['node.labels.dlimage.storage == yes'] },
        restart_policy: { condition: 'any', delay: '1s' },
      },
    },
  },
};

/** Writes the service's image and its compose file beside the definition. */
export async function writeWebService(directory: string): Promise<void> {
  await writeWebImage(join(directory, 'web.tar'));
  await writeFile(join(directory, 'web.yaml'), stringify({ version: '3.8', ...stack }));
}
