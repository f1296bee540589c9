import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import {
  askAbout,
  type Interview,
  type Judgement,
} from '../../../../../builder/cli/commands/support/init-questions.ts';
import {
  renderInitialDefinition,
  type InitialAnswers,
} from '../../../../../builder/cluster/initial-definition.ts';
import { openAsker } from '../../../../../builder/system/host/ask.ts';
import { readCatalogue } from '../../../../../builder/cluster/resolve/profiles.ts';
import { schemas, world } from '../../../../errors/world.ts';
import { understand } from '../../../cluster/understand.ts';

/** Judges answers as the command does, with the machine of the error cases. */
function judge(answers: InitialAnswers): Judgement {
  const { value, diagnostics } = understand(renderInitialDefinition(answers, './cluster.schema.json'));
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  return value === undefined || errors.length > 0
    ? { problems: errors.map(({ message }) => message) }
    : { cluster: value };
}

async function interview(typed: readonly string[]): Promise<{ answers: InitialAnswers; said: string }> {
  const said: string[] = [];
  const left = [...typed];
  const asker: Interview['asker'] = {
    ask: async (question, proposed) => {
      said.push(`${question} [${proposed}]`);
      const answer = left.shift() ?? '';
      return answer === '' ? proposed : answer;
    },
    close: () => undefined,
  };
  const detected: InitialAnswers = { name: 'pi3', profile: 'pi3', count: 3, subnet: '192.168.1.0/24' };
  const { cluster } = judge(detected);
  if (cluster === undefined) throw new Error('the detected answers are wrong');
  const { answers } = await askAbout(
    { answers: detected, cluster },
    {
      asker,
      profiles: readCatalogue(world.profiles, world.bases, schemas).profiles,
      ownKeyFiles: ['~/.ssh/id_ed25519.pub'],
      judge: (given) => Promise.resolve(judge(given)),
      say: (line) => said.push(line),
    },
  );
  expect(left).toEqual([]);
  return { answers, said: said.join('\n') };
}

describe('the questions of init', () => {
  it('take what is proposed', async () => {
    const { answers, said } = await interview([]);
    expect(answers).toMatchObject({ name: 'pi3', profile: 'pi3', count: 3, subnet: '192.168.1.0/24' });
    expect(said).toMatch(/^ {2}pi3 +Raspberry Pi 3/m);
    expect(said).toContain('The cluster takes 192.168.1.101 to 192.168.1.103 and 192.168.1.253');
    expect(said).toContain('(empty: yours: ~/.ssh/id_ed25519.pub)');
  });

  it('ask again for what cannot be right, each at once', async () => {
    const { answers, said } = await interview([
      ...['pi9', 'pi3', 'four', '0', '4', 'No!', 'attic', '10.0.0/24', '10.0.0.0/24', '10.0.1.1', 'none'],
      ...['lan', 'short', 'de', 'lan', 'long enough', 'de', '', 'Europe/Rom', 'Europe/Rome'],
    ]);
    expect(answers).toMatchObject({
      ...{ name: 'attic', profile: 'pi3', count: 4, subnet: '10.0.0.0/24', vip: false },
      ...{ wifi: { ssid: 'lan', password: 'long enough', country: 'DE' }, timezone: 'Europe/Rome' },
    });
    for (const problem of [
      'there is no profile pi9',
      'four is not a number of nodes',
      'name No! is not a host name',
      'network.subnet 10.0.0/24 is not an IPv4 subnet',
      'virtual IP 10.0.1.1 is outside 10.0.0.0/24',
      'network.wifi.password has 5 characters',
      'there is no time zone Europe/Rom',
    ])
      expect(said).toContain(problem);
  });

  it('ask a board without Wi-Fi nothing about it', async () => {
    expect((await interview(['x86'])).said).not.toContain('Wi-Fi');
  });
});

describe('openAsker', () => {
  const open = () => {
    const input = new PassThrough();
    return { input, asker: openAsker(input, new PassThrough()) };
  };

  it('takes lines that were pasted ahead, and the default for an empty one', async () => {
    const { input, asker } = open();
    input.write('one\n\nthree\n');
    expect([await asker.ask('a', 'x'), await asker.ask('b', 'y'), await asker.ask('c', 'z')]).toEqual([
      'one',
      'y',
      'three',
    ]);
    asker.close();
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('ends with %s', async (_, key) => {
    const { input, asker } = open();
    const answer = asker.ask('a', 'x');
    input.write(key);
    await expect(answer).rejects.toThrow('no more answers');
    await expect(asker.ask('b', 'y')).rejects.toThrow('no more answers');
  });
});
