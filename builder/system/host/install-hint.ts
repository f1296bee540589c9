import type { Distribution, Tool } from './tools/tool.ts';

const commands: Readonly<Record<Distribution, string>> = {
  debian: 'sudo apt install',
  fedora: 'sudo dnf install',
  arch: 'sudo pacman -S',
  macos: 'brew install',
};

/** One line that says how to get a program on each distribution that packages it. */
export function installHint(tool: Tool): string {
  return `install it: ${installCommands([tool]).join('; ')}`;
}

/** The command that installs tools, for each distribution that packages one of them: `debian: sudo apt install zstd`. */
export function installCommands(missing: readonly Tool[]): string[] {
  return (Object.keys(commands) as Distribution[]).flatMap((distribution) => {
    const packages = missing.flatMap((tool) => tool.packages[distribution] ?? []);
    if (packages.length === 0) return [];
    return [`${distribution}: ${commands[distribution]} ${[...new Set(packages)].toSorted().join(' ')}`];
  });
}
