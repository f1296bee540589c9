/** Errors in the journal that come from QEMU's machines and not from the image, each with its reason. */
const noise: readonly { readonly pattern: RegExp; readonly reason: string }[] = [];

/** The errors that remain when those of the emulated hardware are taken away. */
export function unexpectedErrors(errors: readonly string[]): string[] {
  return errors.filter((line) => !noise.some(({ pattern }) => pattern.test(line)));
}
