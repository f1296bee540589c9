import { HostError } from '../../../report/errors.ts';
import { installHint } from '../install-hint.ts';
import type { ToolName } from '../tools.ts';
import { examineTools, type ToolFinding } from './examine-tools.ts';

/**
 * Makes sure that programs are there before work that needs them starts.
 *
 * @throws HostError `tool-missing` that names all missing programs at once, what they are for and how to get them.
 */
export async function requireTools(names: readonly ToolName[]): Promise<void> {
  const missing = (await examineTools([...names])).filter((finding) => !finding.found);
  if (missing.length > 0) throw toolMissing(missing);
}

/** The one error for missing programs. */
export function toolMissing(missing: readonly ToolFinding[]): HostError {
  const list = missing.map(({ tool }) => tool.program).join(', ');
  const packages = [...new Set(missing.map(({ tool }) => tool.packages.debian))].join(' ');
  const setup = missing.some(({ tool }) => tool.neededFor === 'packer') ? './setup --packer' : './setup';
  return new HostError('tool-missing', `missing ${missing.length === 1 ? 'program' : 'programs'}: ${list}`, {
    details: missing.map(({ tool }) => `${tool.program}: ${tool.purpose}; ${installHint(tool)}`),
    hint: `run ${setup}, or on Debian and Ubuntu: sudo apt install ${packages}`,
  });
}
