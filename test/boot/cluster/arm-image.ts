import { writeContainerImage } from './container-image.ts';

/** The name under which the image is known to Docker. */
export const armImage = 'dlimage-test/arm:1';

/** What the program says when it is started. */
export const armGreeting = 'an ARM processor runs this\n';

/** Writes a container image for linux/arm/v5 with a program that greets, and waits. */
export async function writeArmImage(path: string): Promise<void> {
  await writeContainerImage(path, {
    name: armImage,
    platform: { architecture: 'arm', variant: 'v5' },
    files: [{ name: 'bin/greet', content: armProgram(), mode: 0o755 }],
    command: ['/bin/greet'],
  });
}

/**
 * A static program for ARMv4 and newer: write(1, greeting), then pause() for ever.
 *
 * Source: elf(5); syscall(2), which says that an EABI program has the call's number in r7
 */
function armProgram(): Buffer {
  const headers = 52 + 32;
  const base = 0x10000;
  const greeting = Buffer.from(armGreeting);
  const code = [
    0xe3a00001, // mov r0, #1
    0xe28f1014, // add r1, pc, #20: the text behind the code
    0xe3a02000 + greeting.length, // mov r2, #length
    0xe3a07004, // mov r7, #4: write
    0xef000000, // svc 0
    0xe3a0701d, // mov r7, #29: pause
    0xef000000, // svc 0
    0xeafffffc, // b to the mov of pause
  ];
  const size = headers + code.length * 4 + greeting.length;
  const bytes = Buffer.alloc(size);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(40, 18);
  bytes.writeUInt32LE(1, 20);
  bytes.writeUInt32LE(base + headers, 24);
  bytes.writeUInt32LE(52, 28);
  // EABI version 5.
  bytes.writeUInt32LE(0x05000000, 36);
  bytes.writeUInt16LE(52, 40);
  bytes.writeUInt16LE(32, 42);
  bytes.writeUInt16LE(1, 44);
  const segment = [1, 0, base, base, size, size, 5, 0x10000];
  for (const [index, value] of segment.entries()) bytes.writeUInt32LE(value, 52 + index * 4);
  for (const [index, word] of code.entries()) bytes.writeUInt32LE(word, headers + index * 4);
  greeting.copy(bytes, headers + code.length * 4);
  return bytes;
}
