import type { Cluster } from '../../../cluster/model/cluster.ts';
import { defaults } from '../../../cluster/model/defaults.ts';
import type { Profile } from '../../../cluster/generated/profile.ts';
import type { InitialAnswers } from '../../../cluster/initial-definition.ts';
import type { Asker } from '../../../system/host/ask.ts';
import { formatRows } from '../../../report/format-table.ts';

/** A definition of some answers: the cluster that it is, or what is wrong with it, a line each. */
export type Judgement =
  | { readonly cluster: Cluster; readonly problems?: undefined }
  | { readonly cluster?: undefined; readonly problems: readonly string[] };

/** Facts that the questions depend on. */
export interface Interview {
  readonly asker: Asker;
  readonly profiles: ReadonlyMap<string, Profile>;
  /** Files of the person's own public keys, as shown: `~/.ssh/id_ed25519.pub`. */
  readonly ownKeyFiles: readonly string[];
  judge(answers: InitialAnswers): Promise<Judgement>;
  say(line: string): void;
}

/** Answers that are a good definition, and the cluster that it is. */
export interface Draft {
  readonly answers: InitialAnswers;
  readonly cluster: Cluster;
}

/** Asks about everything that differs from home to home. An answer that cannot be right is asked for again at once. */
export async function askAbout(detected: Draft, interview: Interview): Promise<Draft> {
  interview.say('Boards:');
  const boards = [...interview.profiles].map(([name, { description }]) => [`  ${name}`, description]);
  interview.say(formatRows(boards));
  const ask = (draft: Draft, question: string, proposed: string, take: Take): Promise<Draft> =>
    askFor(interview, draft, question, proposed, take);
  let draft = await ask(detected, 'Board', detected.answers.profile, (profile) => ({
    // The name follows the board until another one is given.
    profile,
    name: profile,
  }));
  draft = await ask(draft, 'Number of nodes', String(draft.answers.count), (count) =>
    /^\d+$/.test(count) ? { count: Number(count) } : `${count} is not a number of nodes: write it like 4`,
  );
  draft = await ask(draft, 'Name of the cluster', draft.answers.name, (name) => ({ name }));
  draft = await askNetwork(draft, interview);
  draft = await ask(draft, keyQuestion(interview), '', (key) =>
    key === '' ? {} : { authorizedKeys: [key] },
  );
  return await ask(draft, 'Time zone', draft.cluster.timezone, (timezone) => ({ timezone }));
}

/** Parses an answer; says in words what is wrong with one. */
type Take = (answer: string) => Partial<InitialAnswers> | string;

async function askNetwork(before: Draft, interview: Interview): Promise<Draft> {
  const proposed = before.answers.subnet ?? defaults.subnet;
  const question = 'Network of the nodes, which is that of your router';
  let draft = await askFor(interview, before, question, proposed, (subnet) => ({ subnet }));
  interview.say(`  ${dhcpAdvice(draft.cluster)}`);
  const { vip } = draft.cluster;
  draft = await askFor(interview, draft, 'Virtual IP, or none', vip ?? 'none', (answer) =>
    answer === vip ? {} : { vip: answer === 'none' ? false : answer },
  );
  const hasWifi = interview.profiles.get(draft.answers.profile)?.wifi_interface !== undefined;
  return hasWifi ? await askWifi(draft, interview) : draft;
}

/** All of a Wi-Fi network is judged at once: its password alone says nothing. */
async function askWifi(draft: Draft, interview: Interview): Promise<Draft> {
  for (;;) {
    const ssid = await interview.asker.ask('Wi-Fi network (empty: they have a cable)', '');
    if (ssid === '') return draft;
    const password = await interview.asker.ask('Password of the Wi-Fi network', '');
    const country = await interview.asker.ask('Country that the nodes are in, two letters like DE', '');
    const wifi = { ssid, password, country: country.toUpperCase() };
    const next = await judged(interview, { ...draft.answers, wifi });
    if (next !== null) return next;
  }
}

async function askFor(
  interview: Interview,
  { answers }: Draft,
  question: string,
  proposed: string,
  take: Take,
): Promise<Draft> {
  for (;;) {
    const taken = take(await interview.asker.ask(question, proposed));
    if (typeof taken === 'string') {
      interview.say(`  ${taken}`);
      continue;
    }
    const next = await judged(interview, { ...answers, ...taken });
    if (next !== null) return next;
  }
}

/** Says what is wrong, if anything is. */
async function judged({ judge, say }: Interview, answers: InitialAnswers): Promise<Draft | null> {
  const { cluster, problems } = await judge(answers);
  if (cluster !== undefined) return { answers, cluster };
  for (const problem of problems) say(`  ${problem}`);
  return null;
}

function keyQuestion({ ownKeyFiles }: Interview): string {
  const otherwise =
    ownKeyFiles.length === 0 ? 'dlimage makes one for the cluster' : `yours: ${ownKeyFiles.join(', ')}`;
  return `ssh key that may log in, or its .pub file (empty: ${otherwise})`;
}

/** Addresses that a router must leave alone, in the words of its settings. */
function dhcpAdvice({ nodes, vip }: Cluster): string {
  const addresses = nodes.flatMap(({ address }) => address ?? []);
  const [first, last] = [addresses[0], addresses.at(-1)];
  const range = first === last ? first : `${first} to ${last}`;
  const all = vip === null ? range : `${range} and ${vip}`;
  return `The cluster takes ${all}: keep the DHCP range of your router away from them.`;
}
