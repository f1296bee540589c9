/**
 * A name of an image in its full form, so that two ways to write the same compare equal: `nginx` is
 * `docker.io/library/nginx:latest`. Source: distribution/reference, "familiar names".
 */
export function fullReference(written: string): string {
  const [first = '', ...rest] = written.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = hasHost ? rest.join('/') : written;
  const host = hasHost && first !== 'index.docker.io' ? first : 'docker.io';
  const repository = host === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  const lastPart = repository.slice(repository.lastIndexOf('/') + 1);
  return /[:@]/.test(lastPart) ? `${host}/${repository}` : `${host}/${repository}:latest`;
}
