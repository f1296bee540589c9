import { posix } from 'node:path';

/** Mount point of the shared storage on every node. */
const sharedStorage = '/mnt/cluster';

/** Endings of files that people bind into containers. Folders have dots in their names as well: `example.com`, `conf.d`. */
const fileEnding =
  /\.(?:cer|cfg|cnf|conf|crt|css|csv|db|env|gz|html?|htpasswd|ini|js|json|key|log|pem|php|properties|pub|py|rb|sh|sock|socket|sql|sqlite3?|tar|toml|txt|xml|ya?ml|zip)$/i;

/** The path on the shared storage that a bind means, without a slash at its end; undefined when it is elsewhere. */
export function sharedPath(source: string): string | undefined {
  const path = posix.normalize(source).replace(/\/+$/, '');
  return path.startsWith(`${sharedStorage}/`) ? path : undefined;
}

/** True when a bind is of a file, by the names of its two ends. A slash at the end means a folder. */
export function looksLikeFile(source: string, target: string | undefined): boolean {
  if (source.endsWith('/')) return false;
  return fileEnding.test(source) || (target !== undefined && fileEnding.test(target));
}
