import { stringify } from 'yaml';
import { defaults } from './defaults.ts';
import { formatIpv4, parseSubnet } from './ipv4.ts';

/** What `init` found out about the user and the network, and what the user answered. What is left out is left to the defaults. */
export interface InitialAnswers {
  readonly name: string;
  readonly profile: string;
  readonly count: number;
  readonly base?: string;
  readonly subnet?: string;
  readonly gateway?: string;
  readonly dns?: readonly string[];
  readonly firstAddress?: string;
  /** False for a cluster without a virtual IP. */
  readonly vip?: string | false;
  /** Public keys or paths of `.pub` files. */
  readonly authorizedKeys?: readonly string[];
  readonly userName?: string;
  readonly timezone?: string;
  readonly locale?: string;
  readonly storage?: 'glusterfs' | 'nfs' | 'none';
}

/** One key of the file: written when there is a value, shown as a comment with an example when there is none. */
interface Line {
  readonly key: string;
  readonly value: unknown;
  readonly example: unknown;
  readonly comment: string;
}

/**
 * The text of a first `cluster.yaml`: what was answered as keys, what was not as comments, each with a word on what
 * it is for. It validates, and resolves to the same cluster as the answers.
 *
 * @param schemaReference path or URL of `cluster.schema.json`, from which editors complete and check the file.
 */
export function renderInitialDefinition(answers: InitialAnswers, schemaReference: string): string {
  const start = parseSubnet(answers.subnet ?? defaults.subnet)?.network ?? 0;
  const blocks = [
    [
      `# yaml-language-server: $schema=${schemaReference}`,
      '# A cluster of dlimage. Everything here may be changed or left out; docs/cluster-yaml.md explains every key.',
    ],
    lines([
      { key: 'name', value: answers.name, example: 'home', comment: 'prefix of the names of the nodes' },
      { key: 'profile', value: answers.profile, example: 'pi3', comment: 'the board' },
      { key: 'base', value: answers.base, example: 'debian-13', comment: 'the operating system' },
      { key: 'count', value: answers.count, example: defaults.count, comment: 'number of nodes' },
    ]),
    nodesExample(answers),
    mapping('network', networkLines(answers)),
    lines([
      {
        key: 'vip',
        value: answers.vip,
        example: formatIpv4(start + 253),
        comment: 'virtual IP: a free address that always leads to a healthy node, or false',
      },
    ]),
    mapping('ssh', [
      {
        key: 'authorized_keys',
        value: answers.authorizedKeys,
        example: ['~/.ssh/id_ed25519.pub'],
        comment: 'who may log in',
      },
    ]),
    answers.userName === undefined
      ? ['# users:', '#   - name: ada']
      : ['users:', `  - name: ${text(answers.userName)} # with sudo, by key only`],
    lines([
      { key: 'timezone', value: answers.timezone, example: 'Europe/Rome', comment: '' },
      { key: 'locale', value: answers.locale, example: 'en_GB.UTF-8', comment: '' },
    ]),
    mapping('storage', [
      { key: 'type', value: answers.storage, example: 'glusterfs', comment: 'glusterfs, nfs or none' },
      ...(answers.storage === 'nfs' ? nfsLines : []),
    ]),
    lines([
      {
        key: 'packages',
        value: undefined,
        example: ['htop'],
        comment: 'Debian packages to install on every node',
      },
    ]),
  ];
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

function networkLines(answers: InitialAnswers): Line[] {
  const subnet = answers.subnet ?? defaults.subnet;
  const start = parseSubnet(subnet)?.network ?? 0;
  return [
    { key: 'subnet', value: answers.subnet, example: subnet, comment: 'the network of your router' },
    { key: 'gateway', value: answers.gateway, example: formatIpv4(start + 1), comment: 'the router' },
    { key: 'dns', value: answers.dns, example: ['9.9.9.9'], comment: 'name servers, if not the router' },
    {
      key: 'first_address',
      value: answers.firstAddress,
      example: formatIpv4(start + 101),
      comment: 'the nodes take this address and the ones after it: keep DHCP away from them',
    },
  ];
}

/** A server of one's own cannot be guessed: `init` writes names that must be replaced. */
const nfsLines: readonly Line[] = [
  { key: 'server', value: 'nas.home.arpa', example: '', comment: 'replace this by your server' },
  { key: 'path', value: '/srv/cluster', example: '', comment: 'the folder that it exports' },
];

function nodesExample({ name }: InitialAnswers): string[] {
  return [
    '# In place of count, the nodes one by one:',
    '# nodes:',
    `#   - name: ${text(`${name}-1`)}`,
    `#   - name: ${text(`${name}-2`)}`,
    '#     role: worker',
    '#     labels: {disk: ssd}',
  ];
}

function mapping(key: string, members: readonly Line[]): string[] {
  const isWritten = members.some((member) => member.value !== undefined);
  const inner = lines(members).map((line) => (line.startsWith('# ') ? `#   ${line.slice(2)}` : `  ${line}`));
  return [isWritten ? `${key}:` : `# ${key}:`, ...inner];
}

function lines(members: readonly Line[]): string[] {
  return members.map(({ key, value, example, comment }) => {
    const line = `${value === undefined ? '# ' : ''}${key}: ${text(value ?? example)}`;
    return comment === '' ? line : `${line} # ${comment}`;
  });
}

/** A value as YAML on one line, quoted where it has to be. */
function text(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trim();
}
