import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Puts a shell script on the PATH of a case, under the name of a program. */
export function standIn(directory: string, program: string, body: string): void {
  const path = join(directory, 'bin', program);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}
