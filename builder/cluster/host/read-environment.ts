import { readdir } from 'node:fs/promises';
import { homedir, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import {
  lookUpPaths,
  type Environment,
  type HostPath,
  type OwnPublicKey,
  type Reference,
} from '../model/environment.ts';
import { stackReferences, stackVariableNames, stackVariableReferences } from '../stacks/written-stack.ts';
import { envFileNames } from '../stacks/written-env-file.ts';
import { readTextIfExists } from '../../system/host/files.ts';
import { findHostPath } from './find-host-path.ts';
import { mapConcurrently } from '../../system/host/map-concurrently.ts';
import { readRegularText } from '../../system/host/regular-file.ts';

/** Interfaces of container engines and virtual machines, which say nothing about the LAN of the boards. */
const virtualInterface = /^(docker|br-|veth|virbr|vnet|vmnet|cni|flannel|tun|tap|wg|utun)/;

/** No public key has as many; more is not read into memory. */
const longestKeyFileBytes = 64 * 1024;

/** Reads what the pure stages have to know about this machine. */
export async function readEnvironment(
  projectDirectory: string,
  references: readonly Reference[],
): Promise<Environment> {
  const [ownPublicKeys, timeZones, named] = await Promise.all([
    readOwnPublicKeys(),
    readTimeZones(),
    findHostPaths(references, projectDirectory),
  ]);
  // What gives values to the variables of compose files is known only now, and what the files name only after that.
  const paths = [...named, ...(await findHostPaths(stackVariableReferences(named), projectDirectory))];
  const environment: Environment = {
    projectDirectory,
    ownPublicKeys,
    hostNetworks: readHostNetworks(),
    timeZones,
    paths,
    variables: readVariables(stackVariableNames(named)),
  };
  const more = await findHostPaths(stackReferences(environment, lookUpPaths(environment)), projectDirectory);
  const names = [...stackVariableNames(named), ...envFileNames(more)];
  return { ...environment, paths: [...paths, ...more], variables: readVariables(names) };
}

/** Only what compose files name: the rest of the environment is nobody's business. */
function readVariables(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

async function findHostPaths(
  references: readonly Reference[],
  projectDirectory: string,
): Promise<HostPath[]> {
  return await mapConcurrently(
    references,
    async (reference) => await findHostPath(reference, projectDirectory),
  );
}

async function readOwnPublicKeys(): Promise<OwnPublicKey[]> {
  const directory = join(homedir(), '.ssh');
  const names = await readdir(directory).catch(() => []);
  const keys = names.filter((name) => name.endsWith('.pub') && !name.endsWith('-cert.pub')).toSorted();
  return await mapConcurrently(keys, async (name) => {
    const file = `~/.ssh/${name}`;
    const found = await readRegularText(join(directory, name), longestKeyFileBytes);
    if (found.kind === 'file') return { file, text: found.text };
    const isReason = found.kind === 'unreadable';
    return { file, text: '', problem: isReason ? `cannot be read (${found.what})` : `is ${found.what}` };
  });
}

function readHostNetworks(): string[] {
  const networks = Object.entries(networkInterfaces())
    .filter(([name]) => !virtualInterface.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter((address) => address.family === 'IPv4' && !address.internal && address.cidr !== null)
    .map((address) => networkOf(address.address, address.netmask));
  return [...new Set(networks)];
}

function networkOf(address: string, netmask: string): string {
  const mask = netmask.split('.').map(Number);
  const network = address.split('.').map((octet, index) => Number(octet) & (mask[index] ?? 0));
  const prefixLength = mask.reduce((bits, octet) => bits + octet.toString(2).replaceAll('0', '').length, 0);
  return `${network.join('.')}/${prefixLength}`;
}

/** The system's own list has all links; Node's is taken where there is none. Source: zic(8), compact form. */
async function readTimeZones(): Promise<string[]> {
  const compact = (await readTextIfExists('/usr/share/zoneinfo/tzdata.zi')) ?? '';
  const listed = compact.split('\n').flatMap((line) => {
    const [kind, first, second] = line.split(' ');
    return kind === 'Z' ? [first ?? ''] : kind === 'L' ? [second ?? ''] : [];
  });
  return [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), ...listed])].toSorted();
}
