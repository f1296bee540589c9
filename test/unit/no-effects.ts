import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/** Unit tests touch nothing outside their process: starting a program, writing a file or connecting throws. */
const forbidden: readonly [object, readonly string[]][] = [
  [childProcess, ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork']],
  [net, ['connect', 'createConnection', 'createServer']],
  [fs, ['writeFileSync', 'mkdirSync', 'rmSync', 'renameSync', 'createWriteStream', 'writeFile', 'mkdir']],
  [fs.promises, ['writeFile', 'mkdir', 'mkdtemp', 'rm', 'rename', 'link', 'symlink', 'chmod', 'copyFile']],
];

for (const [module, names] of forbidden) {
  for (const name of names) {
    Object.defineProperty(module, name, {
      value: () => {
        throw new Error(`a unit test must not call ${name}: move it to test/contract or test/image`);
      },
    });
  }
}
syncBuiltinESMExports();
