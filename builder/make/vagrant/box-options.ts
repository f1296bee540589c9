import { UsageError } from '../../report/errors.ts';

/** Versions that Vagrant can order: numbers and words with dots between them, a number first. Source: RubyGems, Gem::Version. */
const versionPattern = /^\d+(\.[0-9a-zA-Z]+)*(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;

/** Parses the command line's options for boxes. @throws UsageError for a version or a URL that Vagrant could not read. */
export function parseBoxOptions(options: { readonly boxVersion?: string; readonly boxUrl?: string }): {
  readonly version: string | null;
  readonly url: string | null;
} {
  return {
    version: options.boxVersion === undefined ? null : parseVersion(options.boxVersion),
    url: options.boxUrl === undefined ? null : parseUrl(options.boxUrl),
  };
}

function parseVersion(version: string): string {
  if (versionPattern.test(version)) return version;
  throw new UsageError(
    `--box-version ${JSON.stringify(version)} is not a version that Vagrant reads`,
    'write numbers with dots between them, like 1.2.0 or 2026.11.30',
  );
}

function parseUrl(url: string): string {
  if (/^(https?|file):\/\/\S+$/.test(url) ? URL.canParse(url) : /^\/[^\p{Cc}]*$/u.test(url)) return url;
  throw new UsageError(
    `--box-url ${JSON.stringify(url)} is not a URL or an absolute path`,
    'write the address of the folder that the boxes will lie in, like https://boxes.example/lab',
  );
}
