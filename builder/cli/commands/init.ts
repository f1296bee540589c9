import { dirname, join, relative, resolve } from 'node:path';
import { defaults } from '../../cluster/model/defaults.ts';
import type { Environment } from '../../cluster/model/environment.ts';
import { renderInitialDefinition, type InitialAnswers } from '../../cluster/initial-definition.ts';
import { AnswersEnded, openAsker } from '../../system/host/ask.ts';
import { readTextIfExists, writeFileAtomically } from '../../system/host/files.ts';
import { defaultDefinitionFile } from '../../cluster/host/find-definition.ts';
import { judgeSource } from '../../cluster/host/load-cluster.ts';
import { readShippedCatalogue } from '../../cluster/host/read-catalogue.ts';
import { readEnvironment } from '../../cluster/host/read-environment.ts';
import { clusterSchemaPath } from '../../cluster/host/read-schemas.ts';
import { ConfigurationError, HostError } from '../../report/errors.ts';
import { printLine, printResult, type GlobalOptions } from '../terminal/console.ts';
import { shownPath } from '../../system/host/shown-path.ts';
import { askAbout, type Draft, type Judgement } from './support/init-questions.ts';
import { Interruption } from '../terminal/interruption.ts';
import { nextCommand } from '../terminal/next-command.ts';

interface InitOptions extends GlobalOptions {
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly schema?: boolean;
}

/** The name of the schema beside a definition. Relative, so that the folder can be shared and moved. */
const schemaName = 'cluster.schema.json';

/** `dlimage init`: asks on a terminal, never with `--yes`, and writes a definition that is valid as it stands. */
export async function runInit(file: string | undefined, options: InitOptions): Promise<void> {
  const path = file ?? defaultDefinitionFile;
  const schemaPath = join(dirname(path), schemaName);
  if (options.schema === true) {
    await writeSchema(schemaPath);
    if (options.json === true) printResult({ schema: resolve(schemaPath) });
    else if (options.quiet !== true) printLine(`Wrote ${shownPath(schemaPath)}.`);
    return;
  }
  if (options.force !== true && (await readTextIfExists(path)) !== undefined) {
    throw new HostError('output-exists', `${path} exists already`, {
      hint: 'name another file, or replace it with --force',
    });
  }
  await requireOwnSchema(schemaPath);
  const environment = await readEnvironment(process.cwd(), []);
  const detected = await requireGood(path, detect(environment));
  const isAsking = options.yes !== true && process.stdin.isTTY && process.stderr.isTTY;
  const draft = isAsking ? await interview(path, detected, environment) : detected;
  const { answers } = draft;
  const mode = answers.wifi === undefined ? 0o644 : 0o600;
  await writeFileAtomically(path, textOf(answers), mode);
  await writeSchema(schemaPath);
  if (options.json === true)
    printResult({ file: resolve(path), schema: resolve(schemaPath), answers: withoutPassword(answers) });
  else if (options.quiet !== true) {
    const about = { cluster: answers, file: relative('.', path) || path, typedFlags: [], otherStores: [] };
    const [plan, build] = ['plan', 'build'].map((command) => nextCommand(command, about));
    printLine(`Wrote ${shownPath(path)}: ${describe(draft)}. Next: ${plan}, then ${build}`);
  }
}

function textOf(answers: InitialAnswers): string {
  return renderInitialDefinition(answers, `./${schemaName}`);
}

/** Refuses to replace a file of that name which is something else. */
async function requireOwnSchema(path: string): Promise<void> {
  const present = await readTextIfExists(path);
  if (present === undefined || present.includes('"https://json-schema.org/draft/2020-12/schema"')) return;
  throw new HostError('output-exists', `${path} exists already, and is no JSON Schema`, {
    hint: 'give it another name: editors find the schema of the definition under this one',
  });
}

async function writeSchema(path: string): Promise<void> {
  await requireOwnSchema(path);
  await writeFileAtomically(path, (await readTextIfExists(clusterSchemaPath)) ?? '', 0o644);
}

async function judge(path: string, answers: InitialAnswers): Promise<Draft> {
  const source = { file: relative('.', path) || path, text: textOf(answers) };
  return { answers, cluster: (await judgeSource(source, { argv: [] })).cluster };
}

/** Facts about this machine that would make no good definition are left out. */
async function requireGood(path: string, detected: InitialAnswers): Promise<Draft> {
  try {
    return await judge(path, detected);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const { name, profile, count } = detected;
    return await judge(path, { name, profile, count });
  }
}

async function interview(path: string, detected: Draft, environment: Environment): Promise<Draft> {
  const { profiles } = await readShippedCatalogue();
  const asker = openAsker();
  try {
    return await askAbout(detected, {
      asker,
      profiles,
      ownKeyFiles: environment.ownPublicKeys.map(({ file }) => file),
      judge: (answers) => judgement(path, answers),
      say: (line) => process.stderr.write(`${line}\n`),
    });
  } catch (error) {
    if (!(error instanceof AnswersEnded)) throw error;
    process.stderr.write('\n');
    throw new Interruption('SIGINT', '');
  } finally {
    asker.close();
  }
}

async function judgement(path: string, answers: InitialAnswers): Promise<Judgement> {
  try {
    return await judge(path, answers);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const errors = error.diagnostics.filter(({ severity }) => severity === 'error');
    return {
      problems: errors.map(({ message, hint }) => (hint === undefined ? message : `${message}: ${hint}`)),
    };
  }
}

/** `3 nodes of pi3, 192.168.1.101 to 192.168.1.103, virtual IP 192.168.1.253`: what was written. */
function describe({ answers, cluster }: Draft): string {
  const addresses = cluster.nodes.flatMap(({ address }) => address ?? []);
  const [first = 'DHCP', last = first] = [addresses[0], addresses.at(-1)];
  const count = `${cluster.nodes.length} node${cluster.nodes.length === 1 ? '' : 's'}`;
  return [
    `${count} of ${answers.profile}`,
    first === last ? first : `${first} to ${last}`,
    cluster.vip === null ? 'no virtual IP' : `virtual IP ${cluster.vip}`,
  ].join(', ');
}

function withoutPassword({ wifi, ...answers }: InitialAnswers): object {
  return wifi === undefined ? answers : { ...answers, wifi: { ...wifi, password: '***' } };
}

/** Facts about this machine for a new definition: its network, its time zone. */
function detect(environment: Environment): InitialAnswers {
  const subnet = environment.hostNetworks.find(isUsableLan) ?? defaults.subnet;
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return {
    name: defaults.profile,
    profile: defaults.profile,
    count: defaults.count,
    subnet,
    timezone: environment.timeZones.includes(timezone) ? timezone : defaults.timezone,
  };
}

/** A private network of the usual size: the addresses that are taken by default (.1, .101, .253) are in it. */
function isUsableLan(network: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.).*\/24$/.test(network);
}
