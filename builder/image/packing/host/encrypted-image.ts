import { HostError } from '../../../report/errors.ts';

/** The one error for an image behind a password: dlimage has nowhere to take one from, and would have nowhere to keep it. */
export function encryptedImage(path: string): HostError {
  return new HostError('image-encrypted', `${path} is encrypted`, {
    hint: 'decrypt it yourself, and give the image without a password',
  });
}
