import { proxyFor } from '../../../system/proxy-for.ts';

/** The parts of an answer that are used. */
export type FetchedResponse = Pick<Response, 'status' | 'headers' | 'body'>;

interface FetchOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly redirect: 'manual';
}

/**
 * Fetches a URL, through the proxy that the environment names for it. Node's own fetch knows proxies from version 24 on only.
 *
 * @throws HostError `proxy-unusable`; TypeError as fetch does
 */
export async function fetchThroughProxy(url: URL, options: FetchOptions): Promise<FetchedResponse> {
  const proxy = proxyFor(url, process.env);
  if (proxy === null) return await fetch(url, options);
  const undici = await import('undici');
  // Proxies often refuse tunnels to other ports than that of https.
  const dispatcher = new undici.ProxyAgent({ uri: proxy, proxyTunnel: false });
  return await undici.fetch(url, { ...options, dispatcher });
}
