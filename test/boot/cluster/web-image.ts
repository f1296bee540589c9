import { readFile } from 'node:fs/promises';
import { busybox } from '../requirements.ts';
import { writeContainerImage } from './container-image.ts';

/** The name under which the image is known to Docker. */
export const webImage = 'dlimage-test/web:1';

/** Port inside the container. */
export const webPort = 8080;

/**
 * Says in the data where it was started, and serves the data. A signal has to end it at once: as process 1 it would
 * not hear one that it has no handler for.
 */
const command = `echo "$(hostname)" >>/data/starts; httpd -f -p ${webPort} -h /data & trap 'kill $!' TERM; wait`;

/** Writes a web server as a container image: Debian's static busybox. */
export async function writeWebImage(path: string): Promise<void> {
  const program = await readFile(busybox());
  if (!isStatic(program)) throw new Error(`${busybox()} is not static: install busybox-static`);
  await writeContainerImage(path, {
    name: webImage,
    platform: { architecture: 'amd64' },
    files: [
      { name: 'bin/busybox', content: program, mode: 0o755 },
      { name: 'bin/sh', linksTo: 'busybox' },
      { name: 'bin/httpd', linksTo: 'busybox' },
      { name: 'bin/hostname', linksTo: 'busybox' },
    ],
    command: ['sh', '-c', command],
  });
}

/** True for a 64-bit ELF program that names no loader of libraries: a program header of type 3. Source: elf(5). */
function isStatic(program: Buffer): boolean {
  const [table, size, count] = [
    Number(program.readBigUInt64LE(32)),
    program.readUInt16LE(54),
    program.readUInt16LE(56),
  ];
  return Array.from({ length: count }, (_, index) => program.readUInt32LE(table + index * size)).every(
    (type) => type !== 3,
  );
}
