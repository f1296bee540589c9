import type { Diagnostic } from '../../report/diagnostic.ts';
import { didYouMeanHint } from '../../report/did-you-mean.ts';
import { error, warning } from '../../report/finding.ts';
import { logDrivers, logOptionFault } from '../values/log-drivers.ts';
import { shown } from '../../report/shown.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import { isMapping } from '../source/is-mapping.ts';
import { valueFault, type Scalar } from '../stacks/engine-values.ts';
import { at, entriesAt, listAt, textAt } from '../stacks/tree-access.ts';
import { composedFiles, isFilled, once, placeOf, type ComposedFile } from './composed-stacks.ts';
import type { Rule, RuleContext } from './rule.ts';

interface PlacedService {
  readonly composed: ComposedFile;
  readonly path: DefinitionPath;
  readonly service: unknown;
}

function servicesOf(context: RuleContext): PlacedService[] {
  return composedFiles(context).flatMap((composed) =>
    entriesAt(composed.compose.tree, 'services').map(([name, service]) => ({
      composed,
      path: ['services', name],
      service,
    })),
  );
}

/** Mappings whose value Docker reads together with its key. */
const pairs = new Set(['extra_hosts', 'sysctls']);

function* engineRefuses(context: RuleContext): Iterable<Diagnostic> {
  for (const { composed, path, service } of servicesOf(context)) {
    for (const { below, value } of scalarsOf(service, [])) {
      const whole = [...path, ...below];
      const key = below.at(-1);
      const isPair = below.length === 2 && pairs.has(String(below[0])) && typeof key === 'string';
      const fault = valueFault(below.join('.'), isPair ? `${key}=${value}` : value);
      if (fault === undefined || !isFilled(composed, whole)) continue;
      // A variable may be a password.
      const is = below[0] === 'environment' ? 'has a value' : `is ${shown(value)},`;
      yield wrong(composed, whole, `${is} ${fault.reason}`, fault.hint);
    }
  }
}

function wrong(composed: ComposedFile, path: DefinitionPath, is: string, hint?: string): Diagnostic {
  const message = `${composed.compose.locator.name(path)} ${is}`;
  return error('stack-value-wrong', placeOf(composed, path), message, hint);
}

function scalarsOf(tree: unknown, below: DefinitionPath): { below: DefinitionPath; value: Scalar }[] {
  if (typeof tree === 'string' || typeof tree === 'number') return [{ below, value: tree }];
  if (Array.isArray(tree)) {
    return tree.flatMap((item: unknown, index) => scalarsOf(item, [...below, index]));
  }
  if (!isMapping(tree)) return [];
  return Object.entries(tree).flatMap(([key, value]) => scalarsOf(value, [...below, key]));
}

/** Docker 26.1 itself ends when it probes with an empty command, on each node that tries. Source: moby, daemon/health.go. */
function* healthTest(context: RuleContext): Iterable<Diagnostic> {
  for (const { composed, path, service } of servicesOf(context)) {
    const [kind, command] = listAt(at(service, 'healthcheck'), 'test');
    const whole = [...path, 'healthcheck', 'test'];
    if (kind === undefined || kind === 'NONE') continue;
    if (kind !== 'CMD' && kind !== 'CMD-SHELL') {
      yield wrong(
        composed,
        [...whole, 0],
        `is ${shown(kind)}, but a list begins with CMD, CMD-SHELL or NONE`,
        'write it like [CMD, curl, -f, http://localhost]',
      );
    } else if (command === undefined) {
      const is = 'has no command: Docker itself would end when it tries it';
      yield wrong(composed, whole, is, 'write it like [CMD, curl, -f, http://localhost]');
    }
  }
}

/** Source: docker/go-units, ulimit.go. */
const limits = new Set(
  'core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(
    ' ',
  ),
);

function* limitWrong(context: RuleContext): Iterable<Diagnostic> {
  for (const { composed, path, service } of servicesOf(context)) {
    for (const [name, value] of entriesAt(service, 'ulimits')) {
      const whole = [...path, 'ulimits', name];
      const [soft, hard] = isMapping(value) ? [value['soft'], value['hard']] : [value, value];
      if (!limits.has(name)) {
        const message = `${shown(name)} is no limit of Linux`;
        const hint = didYouMeanHint(name, limits) ?? 'the one of open files is nofile';
        yield error('stack-value-wrong', composed.compose.locator.key(whole), message, hint);
      } else if (name === 'nofile' && (soft === -1 || hard === -1)) {
        yield wrong(
          composed,
          whole,
          'is -1, but Linux has no unlimited number of open files',
          'write a number',
        );
      } else if (typeof soft === 'number' && typeof hard === 'number' && hard !== -1 && soft > hard) {
        yield wrong(composed, whole, `has a soft limit of ${soft} above its hard limit of ${hard}`);
      }
    }
  }
}

function* logWrong(context: RuleContext): Iterable<Diagnostic> {
  for (const { composed, path, service } of servicesOf(context)) {
    const logging = at(service, 'logging');
    const driver = textAt(logging, 'driver') ?? '';
    const whole = [...path, 'logging'];
    if (driver !== '' && !logDrivers.has(driver)) {
      const message = `Docker has no log driver ${shown(driver)} of its own: the service waits until a node has such a plugin`;
      const hint =
        didYouMeanHint(driver, logDrivers) ?? 'install the plugin on the nodes, or write json-file';
      yield warning('stack-log-driver', placeOf(composed, [...whole, 'driver']), message, hint);
    }
    for (const [name, value] of entriesAt(logging, 'options')) {
      const fault = logOptionFault(driver, name, value);
      if (fault === undefined) continue;
      const option = [...whole, 'options', name];
      const place = fault.of === 'name' ? composed.compose.locator.key(option) : placeOf(composed, option);
      yield error('stack-value-wrong', place, fault.message, fault.hint);
    }
  }
}

function* mountTarget(context: RuleContext): Iterable<Diagnostic> {
  for (const { composed, path, service } of servicesOf(context)) {
    for (const [index, mount] of listAt(service, 'volumes').entries()) {
      const whole = [...path, 'volumes', index];
      if (!isFilled(composed, whole)) continue;
      if (typeof mount === 'string' && /^[a-z]:\//i.test(mount)) {
        const is = `is ${shown(mount)}: Docker takes one letter before a colon for a drive of Windows`;
        yield wrong(composed, whole, is, 'give the volume a longer name');
        continue;
      }
      const [source = '', into] = typeof mount === 'string' ? mount.split(':') : [];
      const target = typeof mount === 'string' ? (into ?? source) : textAt(mount, 'target');
      const place = typeof mount === 'string' ? whole : [...whole, 'target'];
      if (target === undefined || target === '') continue;
      if (!target.startsWith('/')) {
        const is = `mounts at ${shown(target)}, which is not a whole path in the container`;
        yield wrong(composed, place, is, `begin it with a /, like ${shown(`/${target}`)}`);
      } else if (/^\/+$/.test(target)) {
        yield wrong(composed, place, 'mounts at /, over the image itself', 'mount at a folder below it');
      }
    }
  }
}

function* fileTwice(context: RuleContext): Iterable<Diagnostic> {
  for (const { composed, path, service } of servicesOf(context)) {
    for (const kind of ['configs', 'secrets']) {
      const seen = new Set<string>();
      for (const [index, item] of listAt(service, kind).entries()) {
        const target = typeof item === 'string' ? item : (textAt(item, 'target') ?? textAt(item, 'source'));
        if (target === undefined) continue;
        const whole = [...path, kind, index];
        if (seen.has(target)) {
          yield wrong(
            composed,
            whole,
            `puts a second file at ${shown(target)}`,
            'give each a target of its own',
          );
        }
        if (target === '/')
          yield wrong(composed, whole, 'puts its file at /', 'name a file, like /config.txt');
        seen.add(target);
      }
    }
  }
}

/** Values of services that `docker stack deploy` takes, or that the swarm refuses only then, so that no container starts. */
export const stackEngineRules: readonly Rule[] = [
  engineRefuses,
  healthTest,
  limitWrong,
  logWrong,
  mountTarget,
  fileTwice,
].map((check): Rule => ({ reads: ['stacks'], check: (context) => once(check(context)) }));
