import type { Diagnostic } from '../../report/diagnostic.ts';
import { didYouMeanHint } from '../../report/did-you-mean.ts';
import { error, warning } from '../../report/finding.ts';
import { imageNameComplaint } from '../docker-images/image-grammar.ts';
import { listed, shown } from '../../report/shown.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import { isMapping } from '../source/is-mapping.ts';
import { capabilityShape, signalShape } from '../stacks/linux-words.ts';
import { at } from '../stacks/tree-access.ts';
import { composedFiles, dockersOf, isFilled, once, placeOf, type ComposedFile } from './composed-stacks.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Values that the schema takes for any text, and of which Docker or the swarm takes only these. */
const choices: readonly (readonly [place: RegExp, choices: readonly string[]])[] = [
  [/^services\.[^.]+\.deploy\.endpoint_mode$/, ['vip', 'dnsrr']],
  [/^services\.[^.]+\.deploy\.restart_policy\.condition$/, ['any', 'none', 'on-failure']],
  [/^services\.[^.]+\.deploy\.update_config\.failure_action$/, ['pause', 'continue', 'rollback']],
  [/^services\.[^.]+\.deploy\.rollback_config\.failure_action$/, ['pause', 'continue']],
  [/^services\.[^.]+\.ports\.\d+\.mode$/, ['ingress', 'host']],
  [/^services\.[^.]+\.ports\.\d+\.protocol$/, ['tcp', 'udp', 'sctp']],
  [/^services\.[^.]+\.volumes\.\d+\.type$/, ['volume', 'bind', 'tmpfs', 'cluster']],
  [/^(?:configs|secrets)\.[^.]+\.template_driver$/, ['golang']],
];

/** Docker's jobs in stacks came with version 23. Source: docker/cli, cli/compose/convert. */
const jobsSince = 23;

function choicesAt(place: string, dockers: readonly (string | undefined)[]): readonly string[] | undefined {
  if (/^services\.[^.]+\.deploy\.mode$/.test(place)) {
    const hasJobs = dockers.every((docker) => docker === undefined || Number(docker) >= jobsSince);
    return ['replicated', 'global', ...(hasJobs ? ['replicated-job', 'global-job'] : [])];
  }
  return choices.find(([pattern]) => pattern.test(place))?.[1];
}

/**
 * Texts that Docker reads in a form of its own; it takes some of them from the stack, and then starts no container.
 * Source: docker/go-units, RAMInBytes; docker/cli, opts.ParseCPUs; moby, opts.ValidateEnv.
 */
const shapes: readonly (readonly [place: RegExp, shape: RegExp, what: string, example: string])[] = [
  [
    /^services\.[^.]+\.deploy\.resources\.(?:limits|reservations)\.memory$/,
    /^\d+(?:\.\d+)?\s?(?:[kmgtp]i?)?b?$/i,
    'a size',
    '64M',
  ],
  [
    /^services\.[^.]+\.deploy\.resources\.(?:limits|reservations)\.cpus$/,
    /^(?:\d+(?:\.\d{0,9})?|\.\d{1,9})$/,
    'a number of processors',
    "'0.5'",
  ],
  [
    /^services\.[^.]+\.restart$/,
    /^(?:no|always|unless-stopped|on-failure(?::\d+)?|)$/,
    'a restart policy',
    'on-failure',
  ],
  [/^services\.[^.]+\.stop_signal$/, signalShape, 'a signal', 'SIGINT'],
  [/^services\.[^.]+\.cap_(?:add|drop)\.\d+$/, capabilityShape, 'a capability', 'NET_ADMIN'],
  [/^services\.[^.]+\.environment\.\d+$/, /^[^=]/, 'a variable: it has no name', 'NAME=value'],
  [
    /^networks\.[^.]+\.driver$/,
    /^(?!(?:bridge|host|none|null)$)/,
    'a driver of networks that reach all nodes',
    'overlay',
  ],
  [/^services\.[^.]+\.(?:configs|secrets)\.\d+\.(?:uid|gid)$/, /^\d+$/, 'a number', "'1000'"],
];

function* valueWrong(context: RuleContext): Iterable<Diagnostic> {
  const dockers = dockersOf(context);
  for (const composed of composedFiles(context)) {
    const { tree } = composed.compose;
    for (const { path, text } of judgedKeys.flatMap((key) => textsOf(at(tree, key), [key]))) {
      const place = path.join('.');
      const name = composed.compose.locator.name(path);
      const allowed = choicesAt(place, dockers);
      if (allowed !== undefined && !allowed.includes(text)) {
        const message = `${name} is ${shown(text)}, but must be ${listed(allowed, 'or')}`;
        yield error('stack-value-wrong', placeOf(composed, path), message, didYouMeanHint(text, allowed));
      }
      const [, shape, what = '', example = ''] = shapes.find(([pattern]) => pattern.test(place)) ?? [];
      if (shape !== undefined && !shape.test(text) && isUsed(composed, path)) {
        const message = `${name} is ${shown(text)}, which is not ${what}`;
        yield error(
          'stack-value-wrong',
          placeOf(composed, path),
          message,
          `write it like ${typeof path.at(-1) === 'number' ? '' : `${String(path.at(-1))}: `}${example}`,
        );
      }
    }
  }
}

const judgedKeys = ['services', 'networks', 'configs', 'secrets'];

/** Docker makes no network that no service is in. */
function isUsed({ compose }: ComposedFile, [kind, key]: DefinitionPath): boolean {
  if (kind !== 'networks') return true;
  const { services } = compose.content;
  const networks = services.map(({ uses }) => uses.filter((use) => use.kind === 'network'));
  return networks.some((own) => (own.length === 0 ? key === 'default' : own.some((use) => use.key === key)));
}

function textsOf(tree: unknown, path: DefinitionPath): { path: DefinitionPath; text: string }[] {
  if (typeof tree === 'string') return [{ path, text: tree }];
  if (Array.isArray(tree)) return tree.flatMap((item: unknown, index) => textsOf(item, [...path, index]));
  if (!isMapping(tree)) return [];
  return Object.entries(tree).flatMap(([key, value]) => textsOf(value, [...path, key]));
}

function* imageMalformed(context: RuleContext): Iterable<Diagnostic> {
  for (const composed of composedFiles(context)) {
    for (const { path, image } of composed.compose.content.services) {
      const wrong = image === undefined ? undefined : imageNameComplaint(image);
      if (image === undefined || wrong === undefined || !isFilled(composed, [...path, 'image'])) continue;
      const message = `Docker does not take ${shown(image)} for an image: ${wrong.message}`;
      yield error('stack-image-malformed', placeOf(composed, [...path, 'image']), message, wrong.hint);
    }
  }
}

interface NameRule {
  readonly shape: RegExp;
  readonly rule: string;
}

/** A service is called by its stack and its own name. Source: moby/swarmkit, manager/controlapi, validateAnnotations. */
const serviceName: NameRule = {
  shape: /^[a-zA-Z0-9]+(?:[-_]+[A-Za-z0-9]+)*$/,
  rule: 'letters and digits, with - and _ between them',
};
const longestServiceName = 63;
/** Configs and secrets. Source: moby/swarmkit, manager/controlapi, validateConfigOrSecretAnnotations. */
const objectName: NameRule = {
  shape: /^[a-zA-Z0-9](?:[a-zA-Z0-9-_.]*[a-zA-Z0-9])?$/,
  rule: 'letters and digits, with -, _ and . between them',
};
const longestObjectName = 64;
/** Of what dlimage adds to the name of a config or secret that is made of a file: `_` and 8 digits. */
const versionLength = 9;

function* nameWrong(context: RuleContext): Iterable<Diagnostic> {
  for (const { compose, stack } of composedFiles(context)) {
    for (const { name, path } of compose.content.services) {
      const wrong = nameComplaint('service', `${stack.name}_`, name, serviceName, longestServiceName);
      if (wrong !== undefined) yield error('stack-name-refused', compose.locator.key(path), ...wrong);
    }
    for (const { kind, key, name, path, isExternal, hasFile } of compose.content.resources) {
      if (kind === 'network' || kind === 'volume' || isExternal) continue;
      const longest = longestObjectName - (name === undefined && hasFile ? versionLength : 0);
      const prefix = name === undefined ? `${stack.name}_` : '';
      const wrong = nameComplaint(kind, prefix, name ?? key, objectName, longest);
      if (wrong !== undefined) yield error('stack-name-refused', compose.locator.key(path), ...wrong);
    }
  }
}

/** Message and hint. The name of the stack is judged elsewhere. */
function nameComplaint(
  kind: string,
  prefix: string,
  name: string,
  { shape, rule }: NameRule,
  longest: number,
): [message: string, hint: string] | undefined {
  if (!shape.test(`${prefix === '' ? '' : 's_'}${name}`)) {
    return [`a swarm refuses ${shown(name)} as the name of a ${kind}`, `use ${rule}`];
  }
  const length = prefix.length + name.length;
  if (length <= longest) return undefined;
  const message = `Docker would call this ${kind} ${prefix}${name}, which has ${length} characters`;
  return [message, `shorten it: together they have at most ${longest}`];
}

/** A config or secret cannot change; dlimage gives each content a name of its own, unless the user names it. */
function* nameFixed(context: RuleContext): Iterable<Diagnostic> {
  for (const { compose } of composedFiles(context)) {
    for (const { kind, path, name, isExternal, hasFile } of compose.content.resources) {
      if (isExternal || !hasFile || name === undefined) continue;
      const message = `${kind} ${shown(name)} keeps its name: Docker refuses the stack when the file has changed`;
      const hint = 'remove name: to get a new name for each content, or write another name with each change';
      yield warning('stack-name-fixed', compose.locator.value([...path, 'name']), message, hint);
    }
  }
}

/** Rules about single values of compose files that the schema takes for any text. */
export const stackValueRules: readonly Rule[] = [
  { reads: ['stacks', 'profile', 'base', 'nodes'], check: (context) => once(valueWrong(context)) },
  { reads: ['stacks'], check: (context) => once(imageMalformed(context)) },
  { reads: ['stacks'], check: (context) => once(nameWrong(context)) },
  { reads: ['stacks'], check: (context) => once(nameFixed(context)) },
];
