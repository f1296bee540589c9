import type { CollectionTag, ScalarTag } from 'yaml';

/**
 * How docker's YAML parser reads plain values: more words for true and false than YAML 1.2 has, and numbers as Go writes
 * them (`0444` is octal, `1_000` is 1000). `22:22` stays text.
 * Source: gopkg.in/yaml.v2, resolve.go.
 */
export function goYamlTags(
  tags: readonly (ScalarTag | CollectionTag | string)[],
): (ScalarTag | CollectionTag)[] {
  const kept = tags.filter(
    (tag): tag is ScalarTag | CollectionTag => typeof tag !== 'string' && !replaced.has(tag.tag),
  );
  return [...kept, ...goTags];
}

const replaced: ReadonlySet<string> = new Set([
  'tag:yaml.org,2002:bool',
  'tag:yaml.org,2002:int',
  'tag:yaml.org,2002:float',
]);

const goTags: readonly ScalarTag[] = [
  {
    tag: 'tag:yaml.org,2002:bool',
    default: true,
    test: /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON|n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/,
    resolve: (text) => /^(?:y|on|t)/i.test(text),
  },
  {
    tag: 'tag:yaml.org,2002:int',
    default: true,
    test: /^[-+]?(?:0[0-7_]*|[1-9][0-9_]*|0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+)$/,
    resolve: (text) => wholeNumber(text.replaceAll('_', '')),
  },
  {
    tag: 'tag:yaml.org,2002:float',
    default: true,
    test: /^[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9_]+)?$/,
    resolve: (text) => Number(text.replaceAll('_', '')),
  },
  {
    tag: 'tag:yaml.org,2002:float',
    default: true,
    test: /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
    resolve: (text) =>
      /nan/i.test(text)
        ? Number.NaN
        : text.startsWith('-')
          ? Number.NEGATIVE_INFINITY
          : Number.POSITIVE_INFINITY,
  },
];

function wholeNumber(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[-+]/, '');
  return sign * (/^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits));
}
