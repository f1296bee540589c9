import type { Diagnostic, Position } from '../../report/diagnostic.ts';
import { isKeyPath, type HostPath } from '../model/environment.ts';
import { error, warning } from '../../report/finding.ts';
import { originOf } from '../resolve/references.ts';
import { keyLines } from '../resolve/resolve-users.ts';
import { shown } from '../../report/shown.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import { isPrivateKey, parseSshKey, sshKeyTypes, type SshKeyProblem } from '../values/ssh-key.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Fault of a key, to be read after "this ssh key" or after the name of a file. Nothing of the key itself is shown. */
const problems: Readonly<
  Record<Exclude<SshKeyProblem, 'private-key'>, readonly [what: string, hint: string]>
> = {
  certificate: ['is a certificate, not a public key', 'give the .pub file that does not end in -cert.pub'],
  dsa: ['is a DSA key, which OpenSSH no longer accepts', 'make a new one: ssh-keygen -t ed25519'],
  'weak-rsa': [
    'is an RSA key of fewer than 2048 bits, which is too weak',
    'make a new one: ssh-keygen -t ed25519',
  ],
  'unknown-type': [
    'does not begin with a known type',
    `give the whole line of the .pub file; types are ${sshKeyTypes.join(', ')}`,
  ],
  'not-base64': ['is damaged: its second word is not base64', 'copy the whole line of the .pub file again'],
  'wrong-inner-type': [
    'is damaged: its first word and its contents name different types',
    'copy the whole line of the .pub file again',
  ],
  'wrong-length': [
    'is damaged: something of its contents is missing or too much',
    'copy the whole line of the .pub file again',
  ],
  'option-unclosed': [
    'has an option with a quote that is not closed',
    'close it with "; a quote inside is written \\"',
  ],
  'option-unknown': [
    'has an option that sshd does not know, so it would ignore the key',
    'options stand in front of the key, with commas and no blanks between them; see sshd(8)',
  ],
  'option-without-value': [
    'has an option without its value in double quotes, so sshd would ignore the key',
    'write it like command="/usr/bin/uptime"',
  ],
  'option-twice': [
    'has an option twice that a key may have once, so sshd would ignore the key',
    'keep one command, one from and one principals',
  ],
  'control-characters': ['has control characters in it', 'copy the whole line of the .pub file again'],
  empty: ['is empty', 'give the line of a .pub file'],
};

interface WrittenKey {
  readonly path: DefinitionPath;
  readonly text: string;
}

function writtenKeys({ written }: RuleContext): WrittenKey[] {
  const lists = [
    { keys: written.ssh?.authorized_keys, path: ['ssh', 'authorized_keys'] as DefinitionPath },
    ...(written.users ?? []).map((user, index) => ({
      keys: user.authorized_keys,
      path: ['users', index, 'authorized_keys'] as DefinitionPath,
    })),
  ];
  return lists.flatMap(({ keys, path }) =>
    (keys ?? []).map((text, index) => ({ path: [...path, index], text })),
  );
}

function* keysUnusable(context: RuleContext): Iterable<Diagnostic> {
  for (const { path, text } of writtenKeys(context)) {
    const at = context.locator.value(path);
    if (isPrivateKey(text)) yield privateKey(at, 'this');
    else if (isKeyPath(text)) yield* keyFileUnusable(context, path, text, at);
    else if (isFileName(text)) yield fileWithoutPath(text, at);
    else for (const line of linesOf(text)) yield* judge(line, 'this ssh key', at);
  }
}

function* keyFileUnusable(
  context: RuleContext,
  path: DefinitionPath,
  file: string,
  at: Position | undefined,
): Iterable<Diagnostic> {
  const found = context.lookUp({ purpose: 'key', written: file, from: originOf(path, context.locator) });
  if (found === undefined || found.kind === 'missing') {
    yield error(
      'key-file-missing',
      at,
      `key file ${shown(file)} does not exist`,
      'make a key with ssh-keygen -t ed25519, or correct the path',
    );
  } else if (found.kind !== 'file' || found.text === undefined) {
    yield error('key-file-unreadable', at, `key file ${shown(file)} cannot be read`, keyFileHint(found));
  } else if (isPrivateKey(found.text)) {
    yield privateKey(at, shown(file));
  } else {
    const lines = linesOf(found.text);
    const what = lines.length === 1 ? `key file ${shown(file)}` : `a key in ${shown(file)}`;
    for (const line of lines) yield* judge(line, what, at);
  }
}

/** True for one word that could be the name of a file, and is no key: keys have two words at least. */
function isFileName(text: string): boolean {
  return /^[\w.-]+$/.test(text) && !text.startsWith('AAAA') && !sshKeyTypes.includes(text);
}

function fileWithoutPath(text: string, at: Position | undefined): Diagnostic {
  const hint = `if it is the name of a file, begin it with ./ like ./${shown(text)}; a key is the whole line of a .pub file`;
  return error('key-malformed', at, 'this ssh key has only one word', hint);
}

function keyFileHint({ kind, what }: HostPath): string {
  if (kind === 'directory') return 'it is a directory: name the .pub file in it';
  if (kind === 'unreadable') return `check its permissions${what === undefined ? '' : ` (${what})`}`;
  return `it is ${what ?? 'not a file'}: name a .pub file`;
}

/** The keys of a text; of a text without any, an empty one, to be refused. */
function linesOf(text: string): string[] {
  const lines = keyLines(text);
  return lines.length === 0 ? [''] : lines;
}

function privateKey(at: Position | undefined, what: string): Diagnostic {
  const hint =
    'never give it to anybody or anything; name the file that ends in .pub, and make a new key if this file was shared';
  return error('key-is-private', at, `${what} is a private key`, hint);
}

function* judge(line: string, what: string, at: Position | undefined): Iterable<Diagnostic> {
  const judged = parseSshKey(line);
  if (typeof judged !== 'string') return;
  if (judged === 'private-key') yield privateKey(at, what);
  else if (judged === 'dsa' || judged === 'weak-rsa')
    yield error('key-too-weak', at, `${what} ${problems[judged][0]}`, problems[judged][1]);
  else yield error('key-malformed', at, `${what} ${problems[judged][0]}`, problems[judged][1]);
}

const skippedHint = 'remove it, or put the key file itself there; --ssh-key FILE names a key';

/** With a key of one's own that cannot be used, the login would fail later for no visible reason. */
function* ownKeysUnusable({ written, environment }: RuleContext): Iterable<Diagnostic> {
  if (written.ssh?.authorized_keys !== undefined) return;
  for (const { file, text, problem } of environment.ownPublicKeys) {
    if (problem !== undefined) {
      yield warning('own-key-skipped', undefined, `your key ${file} ${problem}: it is not used`, skippedHint);
    }
    for (const line of keyLines(text)) {
      const judged = parseSshKey(line);
      if (typeof judged !== 'string' || judged === 'private-key') continue;
      yield warning(
        'own-key-skipped',
        undefined,
        `your key ${file} ${problems[judged][0]}: it is not used`,
        problems[judged][1],
      );
    }
  }
}

/** Rules about ssh keys. */
export const keyRules: readonly Rule[] = [
  { reads: ['ssh', 'users'], check: keysUnusable },
  { reads: ['ssh', 'users'], check: ownKeysUnusable },
];
