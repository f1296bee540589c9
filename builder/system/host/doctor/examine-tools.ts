import { execa } from 'execa';
import { access } from 'node:fs/promises';
import { endHeldPipes } from '../end-held-pipes.ts';
import { programOf, searchPath } from '../find-program.ts';
import { tools, type ToolName } from '../tools.ts';
import type { Tool } from '../tools/tool.ts';

/** One external program as `doctor` found it. */
export interface ToolFinding {
  readonly name: ToolName;
  readonly tool: Tool;
  readonly found: boolean;
  /** First version-like word of what the program prints, or null when it prints none. */
  readonly version: string | null;
}

const versionTimeoutSeconds = 10;

/** Looks for every program of the tool table, in its order. Never fails: what is missing is a finding. */
export async function examineTools(names = Object.keys(tools) as ToolName[]): Promise<ToolFinding[]> {
  return await Promise.all(names.map(async (name) => await examineTool(name)));
}

async function examineTool(name: ToolName): Promise<ToolFinding> {
  const tool: Tool = tools[name];
  if (tool.files !== undefined) return { name, tool, found: await anyExists(tool.files), version: null };
  const child = execa(programOf(name), tool.versionArguments, {
    reject: false,
    all: true,
    stdin: 'ignore',
    timeout: versionTimeoutSeconds * 1000,
    env: { PATH: searchPath(), LC_ALL: 'C.UTF-8' },
  });
  endHeldPipes(child);
  const result = await child;
  const found = result.code !== 'ENOENT';
  return { name, tool, found, version: found ? versionIn(result.all) : null };
}

async function anyExists(files: readonly string[]): Promise<boolean> {
  const results = await Promise.allSettled(files.map(async (file) => await access(file)));
  return results.some((result) => result.status === 'fulfilled');
}

/** The first word that looks like a version: `1.47.0`, `4.0.32`, `9.2p1`. */
export function versionIn(output: string): string | null {
  return /(?<![\d.])\d+(?:\.\d+)+(?:[a-z]\d+)?\b/.exec(output)?.[0] ?? null;
}
