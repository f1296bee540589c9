import { HostError } from '../../../report/errors.ts';
import type { HttpAnswer } from './request.ts';
import { nameOfUrl } from '../../download/name-of-url.ts';
import { hostOf } from './host-of.ts';

/**
 * Refuses an answer that brings no file.
 *
 * @throws HostError `download-missing`, `download-refused`, or `download-server-busy`, which may pass.
 */
export function refuseStatus(url: string, { status }: HttpAnswer): void {
  if (status === 200 || status === 206) return;
  if (status === 404 || status === 410) {
    throw new HostError(
      'download-missing',
      `${hostOf(url)} does not have ${nameOfUrl(url)} (HTTP ${status})`,
      {
        hint: 'the publisher has moved or replaced it: look for it, and name it with --base-image',
        details: [url],
      },
    );
  }
  if (status === 429 || status >= 500) {
    throw new HostError('download-server-busy', `${hostOf(url)} cannot answer now (HTTP ${status})`, {
      hint: 'try again later',
      details: [url],
    });
  }
  throw new HostError(
    'download-refused',
    `${hostOf(url)} refuses to give ${nameOfUrl(url)} (HTTP ${status})`,
    {
      hint: 'download it with a browser, and name it with --base-image',
      details: [url],
    },
  );
}
