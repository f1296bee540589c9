import type { Distribution, Tool } from './tools.ts';

const commands: Readonly<Record<Distribution, string>> = {
  debian: 'sudo apt install',
  fedora: 'sudo dnf install',
  arch: 'sudo pacman -S',
  macos: 'brew install',
};

/** One line that says how to get a program on each distribution that packages it. */
export function installHint(tool: Tool): string {
  const ways = (Object.keys(commands) as Distribution[]).flatMap((distribution) => {
    const name = tool.packages[distribution];
    return name === undefined ? [] : [`${distribution}: ${commands[distribution]} ${name}`];
  });
  return `install it: ${ways.join('; ')}`;
}
