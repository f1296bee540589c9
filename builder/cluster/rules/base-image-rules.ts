import { coverLogins } from '../../report/cover-logins.ts';
import type { Diagnostic } from '../../report/diagnostic.ts';
import { isVendor } from '../model/base-traits.ts';
import type { ClusterNode, UserImage } from '../model/cluster.ts';
import { error } from '../../report/finding.ts';
import { baseImagePath, basePath } from '../resolve/board-lookup.ts';
import { shown } from '../../report/shown.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import type { Rule, RuleContext } from './rule.ts';

/** A node, and where its image is written, if it has one. */
interface Named {
  readonly node: ClusterNode;
  readonly path: DefinitionPath | undefined;
  readonly image: UserImage | null;
}

/** Nodes that take their image from the same place stand for one another. */
function named({ cluster, written, writtenNodes }: RuleContext): Named[] {
  const found = new Map<string, Named>();
  for (const node of cluster.nodes) {
    const index = node.index - 1;
    const definition = writtenNodes[index] ?? {};
    const { base } = node;
    const path = baseImagePath(definition, index, written) ?? basePath(definition, index, written);
    const image = base.from === 'definition' ? base.image : base;
    const key = path?.join('.') ?? '';
    if (!found.has(key)) found.set(key, { node, path, image });
  }
  return [...found.values()];
}

function* imageWithoutPublisher(context: RuleContext): Iterable<Diagnostic> {
  for (const { node, path } of named(context)) {
    const { base } = node;
    if (path?.at(-1) !== 'base_image' || (base.from === 'definition' && isVendor(base.definition))) continue;
    const message =
      base.from === 'definition'
        ? `base ${base.name} is built from packages: no image can take its place`
        : 'base is an image already: base_image says the same thing again';
    const hint = 'name the image as base, or a base that is downloaded';
    yield error('base-image-unused', context.locator.key(path), message, hint);
  }
}

/** Files from a plain connection can be changed on their way. */
function* insecureUrl(context: RuleContext): Iterable<Diagnostic> {
  for (const { path, image } of named(context)) {
    if (path === undefined || image?.from !== 'url' || /^https:/i.test(image.url)) continue;
    const at = context.locator.value(path);
    if (!/^http:/i.test(image.url)) {
      yield error(
        'base-url-unsupported',
        at,
        'images are downloaded over https and http only',
        'download it yourself, and give its path',
      );
    } else if (image.sha256 === null && URL.canParse(image.url)) {
      const message = 'nothing tells whether what comes over http is what was meant';
      yield error(
        'base-url-unverified',
        at,
        message,
        'use https, or say its SHA-256: base_sha256 (--sha256)',
      );
    }
  }
}

/** Addresses to which no program could connect. */
function* malformedUrl(context: RuleContext): Iterable<Diagnostic> {
  for (const { path, image } of named(context)) {
    if (path === undefined || image?.from !== 'url' || !/^https?:/i.test(image.url)) continue;
    if (URL.canParse(image.url) && !/[\s\p{Cc}]/u.test(image.url)) continue;
    const message = `${shown(coverLogins(image.url))} is not a URL`;
    const hint = 'write it like https://images.example/my-image.img.xz';
    yield error('base-url-malformed', context.locator.value(path), message, hint);
  }
}

function* digestOfNothing(context: RuleContext): Iterable<Diagnostic> {
  if (context.written.base_sha256 === undefined) return;
  const images = named(context).filter(({ path }) => path !== undefined && path.length === 1);
  if (images.some(({ image }) => image !== null)) return;
  const message = 'base_sha256 belongs to an image, and base names none';
  const hint = "publishers' images are verified anyway; remove it, or name an image with base or base_image";
  yield error('base-sha256-unused', context.locator.key(['base_sha256']), message, hint);
}

const imageTopics = ['profile', 'base', 'base_image', 'base_sha256', 'nodes', 'count'];

/** Rules about images that the user names. */
export const baseImageRules: readonly Rule[] = [
  { reads: imageTopics, check: imageWithoutPublisher },
  { reads: imageTopics, check: insecureUrl },
  { reads: imageTopics, check: malformedUrl },
  { reads: imageTopics, check: digestOfNothing },
];
