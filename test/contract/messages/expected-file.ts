import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the texts of all cases lie. */
export const expectedFolder = fileURLToPath(new URL('expected', import.meta.url));

/** The file with the text that a case must get. */
export function expectedFile(caseName: string): string {
  return join(expectedFolder, `${caseName}.txt`);
}
