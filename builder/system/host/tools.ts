import { buildTools } from './tools/build-tools.ts';
import { flashTools } from './tools/flash-tools.ts';
import { foreignTools } from './tools/foreign-tools.ts';
import { packerTools } from './tools/packer-tools.ts';
import { testTools } from './tools/test-tools.ts';

/** Every external program that dlimage ever starts. Nothing else may be run: see `runTool`. */
export const tools = { ...buildTools, ...foreignTools, ...flashTools, ...packerTools, ...testTools } as const;

export type ToolName = keyof typeof tools;
