/** Proxies reach apt through the environment, too. */
const proxyVariables = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

/** The variables of this process that name a proxy. */
export function proxyEnvironment(): Record<string, string> {
  return Object.fromEntries(
    proxyVariables.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
