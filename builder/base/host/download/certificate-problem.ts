import { HostError } from '../../../report/errors.ts';
import { systemCode } from '../../../system/host/system-error.ts';
import { hostOf } from './host-of.ts';

/** Source: errors of X.509 certificates in the documentation of node:tls */
const codes =
  /^(CERT_|ERR_TLS_CERT_|(DEPTH_ZERO_)?SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF)|INVALID_(CA|PURPOSE)|HOSTNAME_MISMATCH)/;

/**
 * The clear error for a server whose certificate does not hold here, which no second try mends; null for another
 * failure. The clock of this machine is a frequent reason.
 */
export function certificateProblem(url: string, failure: unknown): HostError | null {
  for (let error = failure; error instanceof Error; error = error.cause) {
    if (!codes.test(systemCode(error))) continue;
    return new HostError(
      'download-untrusted',
      `this machine does not trust the certificate of ${hostOf(url)}`,
      {
        hint:
          'check the date of this machine; behind a proxy that reads https, ' +
          'name the file of its authority in NODE_EXTRA_CA_CERTS',
        details: [url, error.message.split('\n')[0] ?? ''],
        cause: failure,
      },
    );
  }
  return null;
}
