import type { Diagnostic } from '../../report/diagnostic.ts';
import { error, warning } from '../../report/finding.ts';
import type { WifiEnterprise } from '../generated/cluster.ts';
import { shown } from '../../report/shown.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import { fileTargets, type FileTarget } from './file-targets.ts';
import { canonicalPath } from './node-paths.ts';
import type { Rule, RuleContext } from './rule.ts';
import { isInside } from './source-rules.ts';
import { writtenWifi } from './wifi-rules.ts';

interface Login {
  readonly ssid: string;
  readonly enterprise: WifiEnterprise;
  /** Place of `enterprise`. */
  readonly path: DefinitionPath;
}

type Method = WifiEnterprise['method'];
type Key = keyof WifiEnterprise;

/** Settings that a method needs, and those that it would ignore. Source: wpa_supplicant.conf(5), EAP. */
const needed: Readonly<Record<Method, readonly Key[]>> = {
  peap: ['password'],
  ttls: ['password'],
  tls: ['client_certificate', 'client_key'],
};
const unused: Readonly<Record<Method, readonly Key[]>> = {
  peap: ['client_certificate', 'client_key', 'client_key_password'],
  ttls: ['client_certificate', 'client_key', 'client_key_password'],
  tls: ['password', 'inner_method'],
};

/** Source: wpa_supplicant, eap_peap.c and eap_ttls.c: another one ends the login, or is left aside. */
const innerMethods: Readonly<Record<Method, readonly string[]>> = {
  peap: ['mschapv2', 'gtc'],
  ttls: ['mschapv2', 'mschap', 'chap', 'pap'],
  tls: [],
};

/** Folders with certificates that every base has. */
const folderOfAuthorities = '/etc/ssl/certs';

function logins(context: RuleContext): Login[] {
  return writtenWifi(context)
    .flatMap(({ networks }) => networks)
    .flatMap(({ network: { ssid, enterprise }, path }) =>
      enterprise === undefined ? [] : [{ ssid, enterprise, path: [...path, 'enterprise'] }],
    );
}

function* keysOfMethod(context: RuleContext): Iterable<Diagnostic> {
  const { locator } = context;
  for (const { enterprise, path } of logins(context)) {
    const { method, inner_method: inner } = enterprise;
    for (const key of needed[method].filter((one) => enterprise[one] === undefined))
      yield error(
        'wifi-enterprise-incomplete',
        locator.value([...path, 'method']),
        `${method} needs ${key}`,
        `add ${key}: ...`,
      );
    for (const key of unused[method].filter((one) => enterprise[one] !== undefined))
      yield error(
        'wifi-enterprise-unused',
        locator.key([...path, key]),
        `${key} is nothing that ${method} uses`,
        `take it out, or choose another method`,
      );
    if (inner === undefined || method === 'tls' || innerMethods[method].includes(inner)) continue;
    yield error(
      'wifi-enterprise-inner',
      locator.value([...path, 'inner_method']),
      `${method} cannot carry ${inner}`,
      `choose one of ${innerMethods[method].join(', ')}`,
    );
  }
}

/** A node would wait for ever for a network whose certificates it does not have. */
function* filesOnNodes(context: RuleContext): Iterable<Diagnostic> {
  const targets = [...fileTargets(context)];
  const keys = ['ca_certificate', 'client_certificate', 'client_key'] as const;
  for (const { enterprise, path } of logins(context)) {
    for (const key of keys) {
      const place = enterprise[key];
      if (place === undefined) continue;
      const at = context.locator.value([...path, key]);
      const target = targets.find((one) => one.path === canonicalPath(place));
      if (target === undefined) {
        if (key === 'ca_certificate' && isInside(folderOfAuthorities, canonicalPath(place))) continue;
        const message = `${key} ${shown(place)} is not on the nodes`;
        const hint = `add it to files: { source: ./${place.split('/').at(-1)}, path: ${place}${key === 'client_key' ? ', mode: "0600"' : ''} }`;
        yield error('wifi-enterprise-file', at, message, hint);
      } else if (key === 'client_key' && isOpen(target, context)) {
        const message = `every user of the nodes could read client_key ${shown(place)}`;
        yield error('wifi-enterprise-key', at, message, 'give it mode: "0600" among files');
      }
    }
  }
}

/** True when others than its owner may read the files of an entry of `files`. */
function isOpen({ index, item }: FileTarget, { written, lookUp }: RuleContext): boolean {
  const file = written.files?.[index];
  if (file?.mode !== undefined) return (Number.parseInt(file.mode, 8) & 0o077) !== 0;
  const found = lookUp({ purpose: 'extra-file', written: file?.source ?? '', from: 'definition' });
  return ((item?.mode ?? found?.mode ?? 0o644) & 0o077) !== 0;
}

function* unproven(context: RuleContext): Iterable<Diagnostic> {
  for (const { ssid, enterprise, path } of logins(context)) {
    if (enterprise.ca_certificate !== undefined) continue;
    const message = `nodes cannot tell Wi-Fi network ${shown(ssid)} from another of its name`;
    const hint =
      'add ca_certificate, so that they tell their login to no other; the operator of the network has it';
    yield warning('wifi-enterprise-unproven', context.locator.key(path), message, hint);
  }
}

/** Rules about Wi-Fi networks with a login. */
export const wifiEnterpriseRules: readonly Rule[] = [
  { reads: ['network.wifi', 'nodes'], check: keysOfMethod },
  { reads: ['network.wifi', 'nodes', 'files'], check: filesOnNodes },
  { reads: ['network.wifi', 'nodes'], check: unproven },
];
