import { stringify } from 'yaml';
import { nameOfProfile } from '../resolve/board-lookup.ts';
import type { DefinitionFlags } from '../source/command-line.ts';
import { isMapping } from '../source/is-mapping.ts';
import { parseDefinition } from '../source/parse-definition.ts';

/**
 * The definition of the last build, to go on from with these flags. What belongs to a flag is left out: another base
 * has another image, and another board another base.
 */
export function continueDefinition(text: string, flags: DefinitionFlags): string {
  const tree = parseDefinition({ file: '', text }).value?.tree;
  if (!isMapping(tree)) return text;
  const isOtherBoard =
    flags.profile !== undefined && nameOfProfile(flags.profile) !== nameOfProfile(String(tree['profile']));
  const isOtherBase = isOtherBoard || flags.base !== undefined || flags.baseImage !== undefined;
  if (!isOtherBase) return text;
  const { base: _base, base_image: _image, base_sha256: _digest, ...others } = tree;
  return stringify(others);
}
