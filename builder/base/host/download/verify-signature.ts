import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HostError } from '../../../report/errors.ts';
import { makePrivateTemporary } from '../../../system/host/private-temporary.ts';
import { runTool } from '../../../system/host/run-tool.ts';

/** A document with the detached OpenPGP signature that goes with it, and who may have made it. */
export interface SignedDocument {
  /** Origin of the document, for messages. */
  readonly name: string;
  readonly document: Uint8Array;
  readonly signature: Uint8Array;
  /** Path of a file with public keys, as `gpg --export` writes it. */
  readonly keyringPath: string;
}

/** The first that gpgv says of these is the reason. Source: GnuPG doc/DETAILS, "Format of the --status-fd output". */
const reasons = [
  ['BADSIG', 'signature-bad', 'is not what was signed'],
  ['EXPKEYSIG', 'signature-key-expired', 'was signed with a key that has expired'],
  ['REVKEYSIG', 'signature-key-revoked', 'was signed with a key that was revoked'],
  ['EXPSIG', 'signature-expired', 'has a signature that has expired'],
  ['NO_PUBKEY', 'signature-key-unknown', 'was signed with a key that dlimage does not have'],
] as const;

/**
 * Checks a detached signature with gpgv, against the keys of a file and no others. Of several signatures one by such a
 * key is enough, and a wrong one too many.
 *
 * @throws HostError `signature-bad`, `signature-key-expired`, `signature-key-revoked`, `signature-expired`,
 *   `signature-key-unknown` or `signature-unreadable`
 */
export async function verifySignature(signed: SignedDocument, directory: string): Promise<void> {
  const temporary = await makePrivateTemporary(directory);
  try {
    const paths = {
      document: join(temporary.path, 'document'),
      signature: join(temporary.path, 'signature'),
    };
    await writeFile(paths.document, signed.document);
    await writeFile(paths.signature, signed.signature);
    const { stdout } = await runTool(
      'gpgv',
      ['--status-fd', '1', '--keyring', signed.keyringPath, paths.signature, paths.document],
      { step: `check the signature of ${signed.name}`, acceptExitCodes: [1, 2] },
    );
    judge(signed.name, Buffer.from(stdout).toString('utf8'));
  } finally {
    await temporary.remove();
  }
}

function judge(name: string, status: string): void {
  const said = new Set([...status.matchAll(/^\[GNUPG:\] (\w+)/gm)].map((match) => match[1]));
  if (said.has('GOODSIG') && !said.has('BADSIG')) return;
  const [, id, reason] = reasons.find(([word]) => said.has(word)) ?? [
    '',
    'signature-unreadable',
    'has a signature that gpgv cannot read',
  ];
  throw new HostError(id, `${name} ${reason}`, {
    hint:
      id === 'signature-bad' || id === 'signature-unreadable'
        ? 'nothing of it is used; try again, and if it stays so the server or something on the way to it changes files'
        : 'a newer dlimage may have the new key; an image that you verified yourself can be named with --base-image',
    details: status.split('\n').filter((line) => /SIG|KEY|NODATA/.test(line)),
  });
}
