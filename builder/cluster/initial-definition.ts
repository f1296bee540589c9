import { stringify } from 'yaml';
import { defaults } from './model/defaults.ts';
import { formatIpv4, parseSubnet } from './values/ipv4.ts';

/** Facts and answers that `init` has about the user and the network. Missing ones are left to the defaults. */
export interface InitialAnswers {
  readonly name: string;
  readonly profile: string;
  readonly count: number;
  readonly base?: string;
  readonly subnet?: string;
  readonly gateway?: string;
  readonly dns?: readonly string[];
  readonly firstAddress?: string;
  readonly wifi?: { readonly ssid: string; readonly password: string; readonly country: string };
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
  const { storage } = answers;
  const blocks = [
    [
      `# yaml-language-server: $schema=${schemaReference}`,
      '# A cluster of dlimage. Everything here may be changed or left out; docs/cluster-yaml.md explains every key.',
    ],
    lines([
      line('name', answers.name, 'home', 'prefix of the names of the nodes'),
      line('profile', answers.profile, 'pi3', 'the board'),
      line('base', answers.base, 'debian-13', 'the operating system'),
      line('count', answers.count, defaults.count, 'number of nodes'),
    ]),
    nodesExample(answers),
    ...networkBlocks(answers),
    mapping('ssh', [
      line('authorized_keys', answers.authorizedKeys, ['~/.ssh/id_ed25519.pub'], 'who may log in'),
    ]),
    answers.userName === undefined
      ? ['# users:', '#   - name: ada']
      : ['users:', `  - name: ${text(answers.userName)} # with sudo, by key only`],
    lines([line('timezone', answers.timezone, 'Europe/Rome'), line('locale', answers.locale, 'en_GB.UTF-8')]),
    mapping('storage', [
      line('type', storage, 'glusterfs', 'glusterfs, nfs or none'),
      ...(storage === 'nfs' ? nfsLines : []),
    ]),
    lines([
      line(
        'images',
        undefined,
        ['./web.tar'],
        'container images of docker save, on the nodes from the start',
      ),
      line('stacks', undefined, ['./web.yaml'], 'compose files that the cluster deploys by itself'),
    ]),
    lines([line('packages', undefined, ['htop'], 'Debian packages to install on every node')]),
  ];
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

function networkBlocks({ subnet, gateway, dns, firstAddress, wifi, vip }: InitialAnswers): string[][] {
  const start = parseSubnet(subnet ?? defaults.subnet)?.network ?? 0;
  return [
    mapping('network', [
      line('subnet', subnet, defaults.subnet, 'the network of your router'),
      line('gateway', gateway, formatIpv4(start + 1), 'the router'),
      line('dns', dns, ['9.9.9.9'], 'name servers, if not the router'),
      line(
        'first_address',
        firstAddress,
        formatIpv4(start + 101),
        'the nodes take this address and the ones after it: keep DHCP away from them',
      ),
      // Not as an example: not every board has it.
      ...(wifi === undefined ? [] : [line('wifi', wifi, {}, 'in place of the cable')]),
    ]),
    lines([
      line(
        'vip',
        vip,
        formatIpv4(start + 253),
        'virtual IP: a free address that always leads to a healthy node, or false',
      ),
    ]),
  ];
}

function line(key: string, value: unknown, example: unknown, comment = ''): Line {
  return { key, value, example, comment };
}

/** A server of one's own cannot be guessed: `init` writes names that must be replaced. */
const nfsLines: readonly Line[] = [
  line('server', 'nas.home.arpa', '', 'replace this by your server'),
  line('path', '/srv/cluster', '', 'the folder that it exports'),
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
  const inner = lines(members).map((member) =>
    member.startsWith('# ') ? `#   ${member.slice(2)}` : `  ${member}`,
  );
  return [isWritten ? `${key}:` : `# ${key}:`, ...inner];
}

function lines(members: readonly Line[]): string[] {
  return members.map(({ key, value, example, comment }) => {
    const written = `${value === undefined ? '# ' : ''}${key}: ${text(value ?? example)}`;
    return comment === '' ? written : `${written} # ${comment}`;
  });
}

/** A value as YAML on one line, quoted where it has to be. */
function text(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trim();
}
