/** Reads `/etc/os-release`: values by names, without their quotes. Source: os-release(5) */
export function parseOsRelease(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^([A-Za-z_]\w*)=(.*)$/.exec(line.trim()) ?? [];
    if (name !== undefined) found.set(name, value.replace(/^(["'])(.*)\1$/, '$2'));
  }
  return found;
}
