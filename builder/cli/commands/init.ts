import { resolve } from 'node:path';
import { defaults } from '../../definition/defaults.ts';
import type { Environment } from '../../definition/environment.ts';
import { renderInitialDefinition, type InitialAnswers } from '../../definition/initial-definition.ts';
import { ask } from '../../host/ask.ts';
import { readTextIfExists, writeFileAtomically } from '../../host/files.ts';
import { defaultDefinitionFile, loadCluster } from '../../host/load-cluster.ts';
import { readShippedCatalogue } from '../../host/read-catalogue.ts';
import { readEnvironment } from '../../host/read-environment.ts';
import { clusterSchemaPath } from '../../host/read-schemas.ts';
import { HostError } from '../../report/errors.ts';
import { printLine, printResult, type GlobalOptions } from '../console.ts';
import { shownPath } from '../definition-options.ts';

type InitOptions = GlobalOptions & { readonly yes?: boolean; readonly force?: boolean };

/** `dlimage init`: asks on a terminal, never with `--yes`, and writes a definition that is valid as it stands. */
export async function runInit(file: string | undefined, options: InitOptions): Promise<void> {
  const path = file ?? defaultDefinitionFile;
  if (options.force !== true && (await readTextIfExists(path)) !== undefined) {
    throw new HostError('output-exists', `${path} exists already`, {
      hint: 'name another file, or replace it with --force',
    });
  }
  const environment = await readEnvironment(process.cwd(), []);
  const detected = detect(environment);
  const isAsking = options.yes !== true && process.stdin.isTTY && process.stderr.isTTY;
  const answers = isAsking ? await askAbout(detected) : detected;
  await writeFileAtomically(path, renderInitialDefinition(answers, clusterSchemaPath), 0o644);
  await loadCluster(path, { argv: process.argv.slice(2) });
  if (options.json === true) printResult({ file: resolve(path), answers });
  else if (options.quiet !== true) {
    printLine(`Wrote ${shownPath(resolve(path))}. Next: dlimage plan, then dlimage build.`);
  }
}

/** What this machine tells about the cluster to be: its network, its time zone. */
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

async function askAbout(detected: InitialAnswers): Promise<InitialAnswers> {
  const { profiles } = await readShippedCatalogue();
  const profile = await askUntil(`Board (${[...profiles.keys()].join(', ')})`, detected.profile, (answer) =>
    profiles.has(answer),
  );
  const count = await askUntil('Number of nodes', String(detected.count), (answer) =>
    /^[1-9]\d{0,2}$/.test(answer),
  );
  const name = await askUntil('Name of the cluster', profile, (answer) =>
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(answer),
  );
  const subnet = await askUntil('Network of the nodes', detected.subnet ?? defaults.subnet, (answer) =>
    /^\d+\.\d+\.\d+\.\d+\/\d+$/.test(answer),
  );
  const timezone = await ask('Time zone', detected.timezone ?? defaults.timezone);
  return { ...detected, profile, count: Number(count), name, subnet, timezone };
}

async function askUntil(
  question: string,
  proposed: string,
  isGood: (answer: string) => boolean,
): Promise<string> {
  for (;;) {
    const answer = await ask(question, proposed);
    if (isGood(answer)) return answer;
    process.stderr.write(`  ${answer} is not possible\n`);
  }
}
