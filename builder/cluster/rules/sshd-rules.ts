import type { Diagnostic } from '../../report/diagnostic.ts';
import { judgedTexts, placeInText } from './judged-text.ts';
import { parseSshd, type SshdSetting } from '../contents/sshd-text.ts';
import { sshdKeywordNames, sshdKeywords } from '../contents/sshd-keywords.ts';
import { error, warning } from '../../report/finding.ts';
import { shown } from '../../report/shown.ts';
import type { Rule, RuleContext } from './rule.ts';

/** A setting of the user's, and the name of its file. */
interface Judged extends SshdSetting {
  readonly fileName: string;
  readonly users: readonly string[];
}

/** Files of dlimage's with settings that count if they are read first: sshd takes the first value that it finds. */
const ours = [
  {
    fileName: '10-dlimage.conf',
    keywords: [
      ...['passwordauthentication', 'kbdinteractiveauthentication', 'permitemptypasswords', 'x11forwarding'],
      ...['maxauthtries', 'logingracetime', 'usedns', 'permitrootlogin'],
    ],
  },
  {
    fileName: '20-dlimage-hardening.conf',
    keywords: [
      ...[
        'authenticationmethods',
        'debianbanner',
        'clientaliveinterval',
        'clientalivecountmax',
        'maxstartups',
      ],
    ],
  },
];

/** True when a list of sshd's patterns matches a name: `ada`, `a*`, `ada@10.0.0.*`. */
function hasName(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => {
    const [user = ''] = pattern.replace(/(.)@.*$/, '$1').split(',', 1);
    const escaped = user.replaceAll(/\*+/g, '*').replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
    return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name);
  });
}

type Judge = (setting: Judged) => string | undefined;

const nodes = 'the nodes ask each other by ssh as root';

/** Keywords that keep people or the other nodes out, each with the reason. */
const judges: Readonly<Record<string, Judge>> = {
  pubkeyauthentication: ({ values }) =>
    values[0]?.toLowerCase() === 'no' ? 'keys are all that people and nodes have' : undefined,
  usepam: ({ values }) =>
    values[0]?.toLowerCase() === 'no' ? 'without PAM sshd lets nobody in who has no password' : undefined,
  allowusers: ({ values, users }) => {
    if (!hasName(values, 'root')) return `root is not among them, and ${nodes}`;
    return users.some((name) => hasName(values, name)) ? undefined : 'no user of the cluster is among them';
  },
  denyusers: ({ values, users }) => {
    if (hasName(values, 'root')) return `root is among them, and ${nodes}`;
    return users.every((name) => hasName(values, name))
      ? 'all users of the cluster are among them'
      : undefined;
  },
  allowgroups: ({ values }) =>
    hasName(values, 'root') ? undefined : `the group root is not among them, and ${nodes}`,
  denygroups: ({ values }) => (hasName(values, 'root') ? `root is among them, and ${nodes}` : undefined),
  authorizedkeysfile: ({ values }) =>
    values.some((value) => /^(?:%h\/|\/home\/%u\/)?\.ssh\/authorized_keys$/.test(value))
      ? undefined
      : 'the keys of people are in .ssh/authorized_keys',
  forcecommand: () => `it would be all that people and nodes can run, and ${nodes}`,
  chrootdirectory: () => `it holds for root, too, and ${nodes}`,
  permitrootlogin: ({ values, fileName }) =>
    values[0]?.toLowerCase() === 'no' && fileName < '10-dlimage.conf' ? nodes : undefined,
  authenticationmethods: ({ values, fileName }) =>
    fileName < '20-dlimage-hardening.conf' && !values.some((value) => /^(?:any|publickey)$/.test(value))
      ? 'keys are all that people and nodes have'
      : undefined,
  refuseconnection: ({ values }) =>
    values[0]?.toLowerCase() === 'yes' ? 'it shuts everybody out' : undefined,
};

/** All settings of the user's that hold for everybody, with their places. */
function* settingsForAll(
  context: RuleContext,
): Iterable<{ readonly setting: Judged; readonly at: ReturnType<typeof placeInText> }> {
  const users = context.cluster.users.map(({ name }) => name);
  for (const { reader, target, file, text } of judgedTexts(context)) {
    if (reader !== 'sshd' || text === undefined) continue;
    const fileName = target.path.slice(target.path.lastIndexOf('/') + 1);
    for (const setting of parseSshd(text).settings) {
      if (!setting.isForAll) continue;
      const { text: line, offset } = setting.line;
      const blanks = line.length - line.trimStart().length;
      const at = placeInText(file, text, offset + blanks, Math.max(1, line.trim().length));
      yield { setting: { ...setting, fileName, users }, at };
    }
  }
}

function remedyFor(keyword: string): string {
  if (keyword.startsWith('allow')) return 'add root and whoever else is to log in';
  const mayBeBelow = sshdKeywords.get(keyword)?.inMatch === true && !keyword.startsWith('deny');
  return mayBeBelow
    ? 'put it below Match User with the names that it is for, or leave it out'
    : 'leave it out';
}

function* locksOut(context: RuleContext): Iterable<Diagnostic> {
  const ports: { values: readonly string[]; at: ReturnType<typeof placeInText> }[] = [];
  for (const { setting, at } of settingsForAll(context)) {
    if (setting.keyword === 'port') ports.push({ values: setting.values, at });
    const why = judges[setting.keyword]?.(setting);
    if (why !== undefined)
      yield error('sshd-locks-out', at, `this locks out: ${why}`, remedyFor(setting.keyword));
  }
  const [first] = ports;
  if (first === undefined || ports.some(({ values }) => values[0] === '22')) return;
  const message = `this locks out: ${nodes}, at port 22`;
  yield error('sshd-locks-out', first.at, message, 'add a line Port 22 beside it');
}

/** A setting that has no effect, since the file of dlimage's is read first. */
function* withoutEffect(context: RuleContext): Iterable<Diagnostic> {
  for (const { setting, at } of settingsForAll(context)) {
    const { keyword, fileName } = setting;
    const own = ours.find(({ keywords }) => keywords.includes(keyword));
    if (own === undefined || fileName < own.fileName) continue;
    const message = `this has no effect: sshd takes ${sshdKeywordNames.find((one) => one.toLowerCase() === keyword) ?? keyword} from ${own.fileName}, which it reads before ${shown(fileName)}`;
    const instead = 'leave it out; a name that begins with 05- is read before';
    yield warning('sshd-setting-unused', at, message, instead);
  }
}

/** Rules about what files of `/etc/ssh/sshd_config.d` do to people and nodes. */
export const sshdRules: readonly Rule[] = [
  { reads: ['files', 'users'], check: locksOut },
  { reads: ['files'], check: withoutEffect },
];
