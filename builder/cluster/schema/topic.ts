import type { DefinitionPath } from '../source/definition-path.ts';

/** A part of the definition that a rule reads: a top-level key, or one key below it: `vip`, `network.subnet`. */
export type Topic = string;

/** The topic that a path belongs to; the empty topic is the whole definition. */
export function topicOf(path: DefinitionPath): Topic {
  const [first, second] = path;
  if (first === undefined) return '';
  return typeof second === 'string' ? `${first}.${second}` : String(first);
}

/** True when something is wrong in the topic, in a part of it, or in what it is a part of. */
export function isDamaged(topic: Topic, damaged: ReadonlySet<Topic>): boolean {
  for (const wrong of damaged) {
    if (wrong === '' || wrong === topic) return true;
    if (wrong.startsWith(`${topic}.`) || topic.startsWith(`${wrong}.`)) return true;
  }
  return false;
}
