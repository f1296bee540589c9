import { describe, expect, it } from 'vitest';
import { proxyFor } from '../../../builder/system/proxy-for.ts';

const through = (url: string, variables: Record<string, string>) => proxyFor(new URL(url), variables);

describe('proxyFor', () => {
  it.each([
    ['http://a.example/x', { http_proxy: 'http://p:1' }, 'http://p:1'],
    ['http://a.example/x', { HTTP_PROXY: 'p:1' }, 'http://p:1'],
    ['http://a.example/x', { http_proxy: 'http://low:1', HTTP_PROXY: 'http://up:1' }, 'http://low:1'],
    ['https://a.example/x', { http_proxy: 'http://p:1' }, null],
    ['https://a.example/x', { HTTPS_PROXY: 'https://p:1' }, 'https://p:1'],
    ['https://a.example/x', { https_proxy: '' }, null],
    ['https://a.example/x', {}, null],
  ])('of %s with %j is %s', (url, variables, proxy) => {
    expect(through(url, variables)).toBe(proxy);
  });

  it.each([
    ['*', true],
    ['a.example', true],
    ['example', true],
    ['.example', true],
    ['*.example', true],
    ['b.example, a.example', true],
    ['a.example:80', true],
    ['a.example:8080', false],
    ['xample', false],
    ['a.example.org', false],
    ['', false],
  ])('is none for a.example with no_proxy %s: %s', (list, isDirect) => {
    const proxy = through('http://a.example/x', { http_proxy: 'http://p:1', NO_PROXY: list });
    expect(proxy === null).toBe(isDirect);
  });

  it('knows addresses in no_proxy', () => {
    const proxy = (url: string, list: string) => through(url, { http_proxy: 'http://p:1', no_proxy: list });
    expect(proxy('http://[::1]/x', '::1')).toBeNull();
    expect(proxy('http://[::1]:81/x', '[::1]:81')).toBeNull();
    expect(proxy('http://10.0.0.1:81/x', '10.0.0.1')).toBeNull();
    expect(proxy('http://10.0.0.1/x', '10.0.0.2')).toBe('http://p:1');
  });

  it.each(['socks5://p:1', 'http://[::1', '://'])('refuses %s', (written) => {
    expect(() => through('http://a.example/', { http_proxy: written })).toThrow('is no http proxy');
  });
});
