import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFull } from '../../../system/host/disk-full.ts';
import { runTool } from '../../../system/host/run-tool.ts';

/** A private key and its certificate, both PEM. */
export interface Certificate {
  readonly keyPem: string;
  readonly certificatePem: string;
}

/**
 * Far on both sides of any clock: boards without a battery-backed clock start in the past, and a cluster
 * that was off for years must come back. OpenSSL's GeneralizedTime form.
 */
const validFrom = '19900101000000Z';
const validUntil = '20891231235959Z';

/** A new certificate authority for one cluster. `directory` is private and takes the temporary files. */
export async function createAuthority(directory: string, clusterName: string): Promise<Certificate> {
  return await inTemporaryDirectory(directory, async (work) => {
    const keyPem = await writeNewKey(work);
    await runOpenssl(work, [
      'req',
      '-new',
      '-key',
      'key.pem',
      '-subj',
      `/CN=dlimage ${clusterName}`,
      '-out',
      'request.pem',
    ]);
    const args = ['-selfsign', '-keyfile', 'key.pem', '-extensions', 'authority'];
    return { keyPem, certificatePem: await sign(work, args) };
  });
}

/** A certificate of one node, with the common name that GlusterFS's `auth.ssl-allow` lists. */
export async function createNodeCertificate(
  directory: string,
  authority: Certificate,
  commonName: string,
): Promise<Certificate> {
  return await inTemporaryDirectory(directory, async (work) => {
    const keyPem = await writeNewKey(work);
    await writeFile(join(work, 'ca.pem'), authority.certificatePem, { mode: 0o600 });
    await writeFile(join(work, 'ca.key'), authority.keyPem, { mode: 0o600 });
    await runOpenssl(work, [
      'req',
      '-new',
      '-key',
      'key.pem',
      '-subj',
      `/CN=${commonName}`,
      '-out',
      'request.pem',
    ]);
    const args = ['-cert', 'ca.pem', '-keyfile', 'ca.key', '-extensions', 'node'];
    return { keyPem, certificatePem: await sign(work, args) };
  });
}

async function writeNewKey(work: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await writeFile(join(work, 'key.pem'), privateKey, { mode: 0o600 });
  return privateKey;
}

/** `openssl ca` and not `x509`, because before OpenSSL 3.4 only `ca` can set the start of the validity. */
async function sign(work: string, args: readonly string[]): Promise<string> {
  await writeFile(join(work, 'openssl.cnf'), opensslConfiguration);
  await writeFile(join(work, 'index.txt'), '');
  await runOpenssl(work, [
    ...['ca', '-batch', '-config', 'openssl.cnf', '-in', 'request.pem', '-out', 'certificate.pem', '-notext'],
    ...['-startdate', validFrom, '-enddate', validUntil, ...args],
  ]);
  const certificate = await readFile(join(work, 'certificate.pem'), 'utf8');
  // OpenSSL ends well on a full disk, too.
  if (!certificate.endsWith('-----END CERTIFICATE-----\n'))
    throw diskFull(work, 'make a certificate', undefined);
  return certificate;
}

const opensslConfiguration = `
[ca]
default_ca = cluster
[cluster]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = name_only
unique_subject = no
[name_only]
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[node]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature, keyAgreement
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
`;

async function runOpenssl(work: string, args: readonly string[]): Promise<void> {
  await runTool('openssl', args, { step: 'make the certificates of the cluster', cwd: work });
}

async function inTemporaryDirectory<T>(parent: string, use: (work: string) => Promise<T>): Promise<T> {
  const work = await mkdtemp(join(parent, '.certificate-'));
  try {
    return await use(work);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
