import { chmod, open, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { identifiedBytes, identityEdits, type ConvertedDisk } from '../../image/packing/disk-identity.ts';
import { hashFile } from '../../system/host/hash-file.ts';
import { writeFully } from '../../system/host/write-fully.ts';
import { runTool } from '../../system/host/run-tool.ts';
import type { ArtifactWriter, LayeredImage, WriterContext } from './artifact-writer.ts';
import { createQcow2Writer } from './write-qcow2.ts';

/** Writes disks for other hypervisors: qemu-img converts a thin disk on the base, and their ids follow from the image. `options` are qemu-img's own. */
export function createConvertedWriter(
  context: WriterContext,
  disk: ConvertedDisk,
  options?: string,
): ArtifactWriter {
  const thin = createQcow2Writer(context, true);
  return {
    async write(path, image, signal) {
      const source = `${path}.thin`;
      await thin.write(source, image, signal);
      try {
        await context.limiter(() =>
          convert(source, path, options === undefined ? ['-O', disk] : ['-O', disk, '-o', options], signal),
        );
        await identify(path, disk, await identityOf(image, context));
      } finally {
        await rm(source, { force: true });
      }
      const { size } = await stat(path);
      return { sizeBytes: size, sha256: await hashFile(path, { signal }) };
    },
  };
}

async function convert(
  source: string,
  path: string,
  shape: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  await runTool('qemu-img', ['convert', '-f', 'qcow2', ...shape, source, path], {
    step: `write ${basename(path)}`,
    timeoutSeconds: 3600,
    signal,
  });
  // qemu-img asks no one which mode; the directory has been private so far.
  await chmod(path, 0o600);
}

/** Follows from everything that the image is made of, and from its name. */
async function identityOf({ base, name, plan }: LayeredImage, { assembler }: WriterContext): Promise<Buffer> {
  const text = Buffer.from(
    `${base.sha256} ${name} ${plan.patch.map((range) => range.offsetBytes).join(' ')}\n`,
  );
  const pieces = [{ kind: 'bytes', bytes: text } as const, ...plan.patch.map(({ piece }) => piece)];
  const { sha256 } = await assembler.run({ pieces, path: null, holes: false, digest: true });
  return Buffer.from(sha256 ?? '', 'hex');
}

async function identify(path: string, disk: ConvertedDisk, id: Buffer): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const head = Buffer.alloc(identifiedBytes);
    await file.read(head, 0, head.length, 0);
    for (const { offsetBytes, bytes } of identityEdits(disk, head, id))
      await writeFully(file, bytes, offsetBytes);
  } finally {
    await file.close();
  }
}
