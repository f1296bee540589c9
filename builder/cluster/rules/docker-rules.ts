import { compareVersions } from '../../system/debian-packages/version.ts';
import type { Diagnostic } from '../../report/diagnostic.ts';
import { didYouMeanHint } from '../../report/did-you-mean.ts';
import { dockerSettings, ownedDockerSettings, type DockerValue } from '../values/docker-settings.ts';
import { error } from '../../report/finding.ts';
import { shown } from '../../report/shown.ts';
import { isMapping } from '../source/is-mapping.ts';
import type { Rule, RuleContext } from './rule.ts';

const fits: Readonly<Record<DockerValue, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  number: (value) => Number.isInteger(value),
  flag: (value) => typeof value === 'boolean',
  words: (value) => Array.isArray(value) && value.every((word) => typeof word === 'string'),
  texts: (value) => isMapping(value) && Object.values(value).every((text) => typeof text === 'string'),
  mapping: (value) => isMapping(value),
};

const expected: Readonly<Record<DockerValue, string>> = {
  text: 'text',
  number: 'a whole number',
  flag: 'true or false',
  words: 'a list of texts',
  texts: 'a mapping of names to texts, numbers in quotes',
  mapping: 'a mapping',
};

/** dockerd does not start with a key or a type that it does not know. */
function* settingUnknown({ written, locator }: RuleContext): Iterable<Diagnostic> {
  for (const [name, value] of Object.entries(written.docker ?? {})) {
    const path = ['docker', name];
    const owned = ownedDockerSettings.get(name);
    const known = dockerSettings.get(name);
    if (owned !== undefined) {
      yield error('docker-owned', locator.key(path), `docker.${name} is not yours to set`, owned);
    } else if (known === undefined) {
      const message = `Docker has no setting ${shown(name)}`;
      const hint = didYouMeanHint(name, dockerSettings.keys());
      const fallback = "write it as in Docker's daemon.json, like registry-mirrors";
      yield error('docker-unknown', locator.key(path), message, hint ?? fallback);
    } else if (!fits[known.value](value)) {
      const message = `docker.${name} must be ${expected[known.value]}`;
      const hint = 'Docker does not start with anything else';
      yield error('docker-value', locator.value(path) ?? locator.key(path), message, hint);
    }
  }
}

function* settingTooNew({ written, cluster, locator }: RuleContext): Iterable<Diagnostic> {
  for (const name of Object.keys(written.docker ?? {})) {
    const since = dockerSettings.get(name)?.since;
    if (since === undefined) continue;
    for (const { base } of cluster.nodes) {
      if (base.from !== 'definition' || compareVersions(base.definition.software.docker, since) >= 0)
        continue;
      const message = `docker.${name} came with Docker ${since}, and base ${base.name} has ${base.definition.software.docker}`;
      yield error('docker-too-new', locator.key(['docker', name]), message, 'remove it, or use a newer base');
      break;
    }
  }
}

/** dockerd refuses to start with a mirror that is more than scheme and host. Source: moby, registry.ValidateMirror(). */
function* registryMalformed({ written, locator }: RuleContext): Iterable<Diagnostic> {
  for (const [index, mirror] of texts(written.docker?.['registry-mirrors']).entries()) {
    if (/^https?:\/\/[^\s/?#@]+\/?$/.test(mirror) && URL.canParse(mirror)) continue;
    const at = locator.value(['docker', 'registry-mirrors', index]);
    const message = `${shown(mirror)} is not the address of a mirror`;
    yield error('docker-registry', at, message, 'write scheme and host, like https://mirror.example:5000');
  }
  for (const [index, registry] of texts(written.docker?.['insecure-registries']).entries()) {
    if (/^[^\s/?#@]+(\/\d+)?$/.test(registry)) continue;
    const at = locator.value(['docker', 'insecure-registries', index]);
    const message = `${shown(registry)} is not a host with a port, nor a subnet`;
    const hint = `write it without scheme and path, like ${registry.replace(/^\w+:\/\//, '').replace(/\/.*$/, '') || 'registry.example:5000'}`;
    yield error('docker-registry', at, message, hint);
  }
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Rules about settings of Docker. */
export const dockerRules: readonly Rule[] = [
  { reads: ['docker'], check: settingUnknown },
  { reads: ['docker', 'profile', 'base', 'nodes'], check: settingTooNew },
  { reads: ['docker'], check: registryMalformed },
];
