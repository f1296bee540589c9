import { HostError } from '../report/errors.ts';

/** The variables that name proxies; in lower case they win. */
export type ProxyVariables = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that a URL is asked for through, as `http_proxy`, `https_proxy` and `no_proxy` say it; null when it is asked for
 * directly. A proxy without a scheme is an http one.
 * Source: curl's manual, "PROXIES": the names, their case, and the forms of `no_proxy`.
 *
 * @throws HostError `proxy-unusable`
 */
export function proxyFor(url: URL, variables: ProxyVariables): string | null {
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const written = valueOf(name, variables);
  if (written === '' || isExempt(url, valueOf('no_proxy', variables))) return null;
  const proxy = written.includes('://') ? written : `http://${written}`;
  const protocol = URL.canParse(proxy) ? new URL(proxy).protocol : '';
  if (protocol === 'http:' || protocol === 'https:') return proxy;
  throw new HostError('proxy-unusable', `the proxy that ${name} names cannot be used: it is no http proxy`, {
    hint: `write it like ${name}=http://proxy.example:3128, or unset it`,
  });
}

function valueOf(name: string, variables: ProxyVariables): string {
  return (variables[name] ?? variables[name.toUpperCase()] ?? '').trim();
}

/** `*`, or names and addresses apart by commas or blanks: a name stands for what is below it, too; a port may follow. */
function isExempt(url: URL, written: string): boolean {
  const host = url.hostname.replaceAll(/[[\]]/g, '');
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return written
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const exempt = splitEntry(entry);
      const isHost = entry === '*' || host === exempt.host || host.endsWith(`.${exempt.host}`);
      return isHost && (exempt.port === undefined || exempt.port === port);
    });
}

function splitEntry(entry: string): { readonly host: string; readonly port: string | undefined } {
  const bracketed = /^\[(.*)\](?::(\d+))?$/.exec(entry);
  const named = /^\*?\.?([^:]*)(?::(\d+))?$/.exec(entry);
  const [, host = entry, port] = bracketed ?? named ?? [];
  return { host, port };
}
