/**
 * Words that a boot loader's file has for the kernel: those between spaces and quotes of `cmdline.txt`, `grub.cfg` or
 * `/etc/default/grub`, without comments.
 */
export function kernelWords(text: string): string[] {
  const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('#'));
  return lines.flatMap((line) => line.replaceAll('\\', '').split(/[\s"']+/)).filter((word) => word !== '');
}
