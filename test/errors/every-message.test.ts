import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { idsFromElsewhere, messagesFromElsewhere, withoutCase } from '../contract/messages/exceptions.ts';
import { expectedFile, expectedFolder } from '../contract/messages/expected-file.ts';
import { messageSites } from './message-sites.ts';
import { repository } from './world.ts';

const sites = readdirSync(join(repository, 'builder'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .toSorted()
  .flatMap((file) => messageSites(file, readFileSync(join(repository, 'builder', file), 'utf8')));
/** The cases by their texts: that each has one, and no text lacks its case, is for the tests that run them. */
const names = readdirSync(expectedFolder).map((file) => file.replace(/\.txt$/, ''));
const expected = new Map(names.map((name) => [name, readFileSync(expectedFile(name), 'utf8')]));
const ids = [
  ...new Set([...sites.flatMap((site) => site.ids), ...Object.values(idsFromElsewhere).flat()]),
].toSorted();

/** The file of a place: `system/host/run-tool.ts:142` without the line. */
function fileOf(place: string): string {
  return place.split(':')[0] ?? '';
}

/** First line of what is expected, without `error: ` and the id. */
function messageIn(text: string): string {
  return (/^error: (.*?)(?: \[[a-z0-9-]+\])?$/m.exec(text)?.[1] ?? '').trim();
}

describe('every message of the host', () => {
  it('has a case, or a reason why it has none', () => {
    const covered = new Set(names.map((name) => name.split('.')[0]));
    expect(ids.filter((id) => !covered.has(id) && withoutCase[id] === undefined)).toEqual([]);
  });

  it('has no reason any more once it has a case, or is gone', () => {
    const covered = new Set(names.map((name) => name.split('.')[0]));
    expect(
      Object.keys(withoutCase).filter(
        (id) => !id.startsWith('usage ') && (covered.has(id) || !ids.includes(id)),
      ),
    ).toEqual([]);
  });

  it('takes its id from a text in place, or from where the table says', () => {
    const elsewhere = sites.filter(({ kind, ids: own }) => kind === 'HostError' && own.length === 0);
    expect([...new Set(elsewhere.map(({ place }) => fileOf(place)))].toSorted()).toEqual(
      Object.keys(idsFromElsewhere).toSorted(),
    );
  });

  it('has a case for usage errors of every wording', () => {
    const messages = [...expected]
      .filter(([name]) => name.startsWith('usage.'))
      .map(([, text]) => messageIn(text));
    const missing = sites.filter(
      ({ kind, place, message }) =>
        kind === 'UsageError' &&
        withoutCase[`usage ${fileOf(place)}`] === undefined &&
        !(message === undefined
          ? messagesFromElsewhere.includes(fileOf(place))
          : messages.some((text) => message.test(text))),
    );
    expect(missing.map(({ place }) => place)).toEqual([]);
  });

  it.each(names)('%s has its text, with its id', (name) => {
    const [id] = name.split('.');
    expect(expected.get(name)).toMatch(
      id === 'usage' ? /^error: .*\S$/m : new RegExp(`^error: .*\\[${id}\\]$`, 'm'),
    );
  });
});
