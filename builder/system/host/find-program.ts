import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { tools, type ToolName } from './tools.ts';
import type { Tool } from './tools/tool.ts';

/** Directories of programs that an ordinary user's PATH lacks: Debian keeps debugfs, mke2fs and sfdisk there. */
const systemDirectories = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** PATH for the programs that dlimage starts: the user's own, then the directories of the system's programs. */
export function searchPath(): string {
  return [process.env['PATH'] ?? '/usr/bin:/bin', ...systemDirectories].join(delimiter);
}

/**
 * The name to start a tool by: its first name that is on the PATH; where none is, its usual one, so that the failure
 * to start it names that.
 */
export function programOf(name: ToolName): string {
  const { program, alternatives }: Tool = tools[name];
  if (alternatives === undefined) return program;
  return [program, ...alternatives].find(isOnPath) ?? program;
}

function isOnPath(program: string): boolean {
  return searchPath()
    .split(delimiter)
    .some((directory) => isExecutable(join(directory, program)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
