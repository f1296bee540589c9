import { isMap, isScalar, parseDocument } from 'yaml';
import type { ContentProblem } from './content-problem.ts';

/** Faults of a file of `/etc/cloud/cloud.cfg.d`, for which cloud-init ignores the whole file. */
export function judgeCloudConfig(text: string): ContentProblem[] {
  // PyYAML takes the last of two equal keys, and tags are cloud-init's own affair.
  const document = parseDocument(text, { version: '1.1', uniqueKeys: false });
  const [wrong] = document.errors;
  const hint = 'write it as YAML, like preserve_hostname: false';
  if (wrong !== undefined) {
    const message = `cloud-init cannot read this: ${wrong.message.split(' at line ')[0]?.split('\n')[0] ?? ''}`;
    return [{ offset: wrong.pos[0], length: Math.max(1, wrong.pos[1] - wrong.pos[0]), message, hint }];
  }
  const { contents } = document;
  if (contents === null || isMap(contents) || (isScalar(contents) && contents.value === null)) return [];
  const [start, end] = contents.range ?? [0, 1];
  const message = 'cloud-init leaves this file out: it is no mapping of settings';
  return [{ offset: start, length: Math.max(1, end - start), message, hint }];
}
