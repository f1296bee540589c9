// Builds one image after the other until it is ended: node build-one.mjs BASE DIRECTORY
import { join } from 'node:path';
import { readBase } from '../../../dist/image/host/base.js';
import { openWorkCopy } from '../../../dist/image/host/work-copy.js';
import { writeImage } from '../../../dist/image/host/write-image.js';

const [basePath = '', directory = ''] = process.argv.slice(2);
const owner = { mode: 0o600, uid: 0, gid: 0, mtimeSeconds: 1 };
const copy = await openWorkCopy({ base: await readBase(basePath), directory: join(directory, 'work') });
process.stdout.write('ready\n');
for (let index = 0; ; index += 1) {
  const entries = Array.from({ length: 200 }, (_, file) => ({
    kind: 'file',
    partition: 'root',
    path: `/etc/secrets/${file}`,
    ...owner,
    content: { from: 'bytes', bytes: Buffer.from(`secret of node ${index}\n`) },
  }));
  const patch = await copy.makePatch(entries);
  const target = join(directory, 'out', `node-${index % 3}.img`);
  await writeImage({ basePath, patch, target });
  await patch.close();
}
