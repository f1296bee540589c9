/** Compose files that docker and dlimage have to judge alike. */
export interface StackCase {
  readonly name: string;
  /** Texts by path, the compose files among them. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly composeFiles: readonly string[];
  /** Values of variables at the build. Docker of the nodes has none: only what is finished is for it then. */
  readonly variables?: Readonly<Record<string, string>>;
  /** `network.mtu` of the cluster. */
  readonly mtu?: number;
  /** The environment of service `web` as Docker understands it. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A compose file that is right. */
export const plain = 'services:\n  web:\n    image: nginx:1.29\n';
/** A version that every docker of the bases knows. */
export const old = "version: '3.8'\n";
const files = { 'web.env': 'A=1\n' };

/** A service with these lines more. */
export function service(name: string, lines: string, version = old, rest = ''): StackCase {
  const indented = lines.split('\n').map((line) => `    ${line}\n`);
  return compose(name, `${version}${plain}${indented.join('')}${rest}`);
}

/** One compose file, with a file beside it that it may name. */
export function compose(name: string, text: string, more: StackCase['files'] = {}): StackCase {
  return { name, files: { ...files, ...more, 'web.yaml': text }, composeFiles: ['web.yaml'] };
}
