/**
 * The candidate that was probably meant: the nearest by edits (insert, delete, replace, swap of neighbours), when it
 * needs no more than one edit per three characters. Case, `-` and `_` do not count as differences.
 */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = normalise(word);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const known = normalise(candidate);
    if (Math.abs(known.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, known);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  // One edit turns any single letter into any other: that is no evidence.
  return wanted.length < 2 && bestDistance > 0 ? undefined : best;
}

/** A sentence for a hint, or undefined when nothing is near. */
export function didYouMeanHint(word: string, candidates: Iterable<string>): string | undefined {
  const best = didYouMean(word, candidates);
  return best === undefined ? undefined : `did you mean ${best}?`;
}

/** Number of edits between two words; a swap of two neighbouring characters is one edit. */
export function editDistance(one: string, other: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (row > 1 && column > 1 && swapped) cost = Math.min(cost, (beforePrevious[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    [beforePrevious, previous] = [previous, current];
  }
  return previous[other.length] ?? 0;
}

function normalise(word: string): string {
  return word.toLowerCase().replaceAll(/[-_\s]/g, '');
}
