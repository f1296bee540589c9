import { HostError } from '../../../report/errors.ts';
import { fetchThroughProxy, type FetchedResponse } from './fetch-through-proxy.ts';

/** Source: what fetch itself allows. */
const longestChain = 20;
const redirects = [301, 302, 303, 307, 308];

/**
 * Asks for a URL and goes where the answers lead, as long as that is the web.
 *
 * @throws HostError `download-redirect`, and as `fetchThroughProxy` does
 */
export async function fetchFollowing(
  start: string,
  header: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<FetchedResponse> {
  let url = new URL(start);
  const { origin } = url;
  const own = credentialsIn(url);
  for (let hop = 0; hop <= longestChain; hop += 1) {
    const headers = { ...header, ...(url.origin === origin && own) };
    url.username = '';
    url.password = '';
    const response = await fetchThroughProxy(url, { headers, signal, redirect: 'manual' });
    const target = response.headers.get('location');
    if (!redirects.includes(response.status) || target === null) return response;
    await response.body?.cancel();
    url = targetOf(target, url);
  }
  throw misled(start, 'it redirects in a circle');
}

function targetOf(target: string, from: URL): URL {
  if (!URL.canParse(target, from.href)) throw misled(from.href, 'it redirects to what is no URL');
  const url = new URL(target, from);
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw misled(from.href, `it redirects to ${url.protocol}, which is not the web`);
}

/** fetch takes no URL with a name and password in it. */
function credentialsIn({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(text).toString('base64')}` };
}

function misled(url: string, reason: string): HostError {
  return new HostError('download-redirect', `${new URL(url).host} cannot be used: ${reason}`, {
    hint: 'give the URL of the image itself',
  });
}
