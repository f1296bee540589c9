import type { MessageCases } from './message-case.ts';

/** `docs/messages.md`: every message with an id, in order of the ids, each with its situation and its whole text. */
export function renderMessages(cases: MessageCases, texts: ReadonlyMap<string, string>): string {
  const idOf = (name: string): string => name.split('.')[0] ?? '';
  const names = Object.keys(cases).toSorted();
  const ids = [...new Set(names.map(idOf))].filter((id) => id !== 'usage');
  const sections = ids.flatMap((id) => [
    `## ${id}`,
    ...names
      .filter((name) => idOf(name) === id)
      .map((name) => section(cases[name as keyof MessageCases]?.when ?? '', texts.get(name) ?? '')),
  ]);
  return [introduction, ...sections].join('\n\n');
}

const introduction = `# Messages

<!-- Made by tests from test/contract/messages; UPDATE=1 writes it anew. -->

When this machine, a file or a server stands in the way, dlimage ends with exit code 3 and a message that ends in its id.
This page has them in order of the ids, as the tests bring them about; \`/scratch\` stands for a directory of yours. Findings
about the definition (exit code 1) point at their line and are not listed here.`;

function section(when: string, text: string): string {
  return `${when}\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}
