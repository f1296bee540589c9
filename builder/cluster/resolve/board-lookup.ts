import type { Catalogue } from './profiles.ts';
import type { ClusterBase, UserImage } from '../model/cluster.ts';
import { defaults } from '../model/defaults.ts';
import { isPath, isUrl, type LookUpPath } from '../model/environment.ts';
import type { BaseDefinition } from '../generated/base.ts';
import type { ClusterDefinition, NodeDefinition } from '../generated/cluster.ts';
import type { Profile } from '../generated/profile.ts';
import { originOf } from './references.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import type { Locator } from '../source/locator.ts';

/** Answers which board and operating system a node has. */
export interface BoardLookup {
  profileOf(node: NodeDefinition): Profile;
  /** Without folder and suffix when the profile is a file of the user's. */
  profileNameOf(node: NodeDefinition): string;
  baseOf(node: NodeDefinition, index: number): ClusterBase;
}

/** Place where a node's base is written: at the node, or for the whole cluster. */
export function basePath(
  node: NodeDefinition,
  index: number,
  written: ClusterDefinition,
): DefinitionPath | undefined {
  if (node.base !== undefined) return ['nodes', index, 'base'];
  return written.base === undefined ? undefined : ['base'];
}

/** Place where a node's base is said to come from a user's image. */
export function baseImagePath(
  node: NodeDefinition,
  index: number,
  written: ClusterDefinition,
): DefinitionPath | undefined {
  if (node.base_image !== undefined) return ['nodes', index, 'base_image'];
  return written.base_image === undefined || node.base !== undefined ? undefined : ['base_image'];
}

/** Of a node that names its own image, the digest stands there, too. */
function shaOf(node: NodeDefinition, written: ClusterDefinition): string | null {
  const isOwn = node.base !== undefined || node.base_image !== undefined;
  return (isOwn ? node.base_sha256 : (node.base_sha256 ?? written.base_sha256)) ?? null;
}

/**
 * Makes the lookup. It always answers: for a profile or base that does not exist, with one that does, so that the
 * rest can be checked; the rules report what is unknown.
 */
export function makeBoardLookup(
  written: ClusterDefinition,
  catalogue: Catalogue,
  lookUp: LookUpPath,
  locator: Locator,
): BoardLookup | undefined {
  const [standInProfile] = catalogue.profiles.values();
  const [standInBase] = catalogue.bases.entries();
  if (standInProfile === undefined || standInBase === undefined) return undefined;
  const nameOf = (node: NodeDefinition) => node.profile ?? written.profile ?? defaults.profile;
  const profileOf = (node: NodeDefinition) => catalogue.profiles.get(nameOf(node)) ?? standInProfile;
  const definitions = new Map<string, ClusterBase>();
  const define = (name: string, definition: BaseDefinition, image: UserImage | null): ClusterBase => {
    const key = `${name}\n${JSON.stringify(image)}`;
    const known = definitions.get(key) ?? { from: 'definition', name, definition, image };
    definitions.set(key, known);
    return known;
  };
  const imageAt = (path: DefinitionPath, text: string, sha256: string | null): UserImage => {
    if (isUrl(text)) return { from: 'url', url: text, sha256 };
    const found = lookUp({ purpose: 'base', written: text, from: originOf(path, locator) });
    return { from: 'file', path: found?.realPath ?? text, sha256 };
  };
  return {
    profileOf,
    profileNameOf: (node) => nameOfProfile(nameOf(node)),
    baseOf: (node, index) => {
      const path = basePath(node, index, written);
      const name = node.base ?? written.base ?? profileOf(node).default_base;
      const sha256 = shaOf(node, written);
      if (path !== undefined && isPath(name)) return imageAt(path, name, sha256);
      const imagePath = baseImagePath(node, index, written);
      const imageText = node.base_image ?? written.base_image;
      const image =
        imagePath === undefined || imageText === undefined ? null : imageAt(imagePath, imageText, sha256);
      const definition = catalogue.bases.get(name);
      return definition === undefined ? define(...standInBase, image) : define(name, definition, image);
    },
  };
}

/** `./boards/my-board.yaml` is called `my-board`. */
export function nameOfProfile(written: string): string {
  return written.replace(/^.*\//, '').replace(/\.ya?ml$/, '');
}
