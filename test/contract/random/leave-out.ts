import { isCollection, isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Position } from '../../../builder/report/diagnostic.ts';

/**
 * The definition without the innermost key or list item that a message points to; undefined when there is none. So a
 * random definition comes to be accepted, by what the messages say alone.
 */
export function leaveOut(text: string, { line, column }: Position): string | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const offset = (lines.lineStarts[line - 1] ?? 0) + column - 1;
  let innermost: (string | number)[] | undefined;
  visit(document, {
    Node(_, node, ancestors) {
      const [start, , end] = node.range ?? [0, 0, 0];
      if (offset < start || offset >= Math.max(end, start + 1)) return;
      const path = [...ancestors, node].flatMap((one, index, all): (string | number)[] => {
        const parent = all[index - 1];
        if (isPair(one) && isScalar(one.key)) return [String(one.key.value)];
        if (isCollection(parent) && !isPair(one)) return [parent.items.indexOf(one as never)];
        return [];
      });
      if (path.length > 0) innermost = path;
    },
  });
  if (innermost === undefined) return undefined;
  document.deleteIn(innermost);
  return String(document);
}
