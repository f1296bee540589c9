import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runTool } from '../../../builder/system/host/run-tool.ts';
import { tools } from '../../../builder/system/host/tools.ts';
import { HostError } from '../../../builder/report/errors.ts';

/** What a command on a node printed, and how it ended. */
export interface Answer {
  /** 255 when ssh itself failed. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Commands on one node over one connection, which is opened again when it broke. */
export interface NodeShell {
  /** Runs a command as the user; a node that cannot be entered is exit code 255, not an error. */
  attempt(command: string, timeoutSeconds?: number): Promise<Answer>;
  /** Runs a command as the user and returns its output; any other exit code than 0 is an error. */
  run(command: string, timeoutSeconds?: number): Promise<string>;
  /** The same as root. */
  runAsRoot(command: string, timeoutSeconds?: number): Promise<string>;
  /** Drops the connection, whatever the node thinks of it. */
  close(): void;
}

/** A node that can be asked, whatever it runs in. */
export interface AskedNode {
  readonly name: string;
  readonly shell: Omit<NodeShell, 'close'>;
  /** What it printed on its console, where that can be read. */
  readonly console?: { tail(lines: number): Promise<string> };
}

export interface NodeShellOptions {
  /** Takes the known_hosts file and the connection's socket; keep the path short. */
  readonly directory: string;
  readonly node: string;
  readonly hostKey: string;
  readonly user: string;
  readonly key: string;
  /** Port of 127.0.0.1 that leads to the node's ssh port. */
  readonly port: number;
}

const connectSeconds = 60;
const commandSeconds = 120;

/** One handshake costs an emulated node a second or two, so all commands share a connection. */
export async function createNodeShell(options: NodeShellOptions): Promise<NodeShell> {
  const { directory, node } = options;
  const socket = join(directory, `${node}.ssh`);
  const knownHosts = join(directory, `${node}.known_hosts`);
  await writeFile(knownHosts, `${node} ${options.hostKey}\n`);
  let master: ChildProcess | undefined;

  const close = (): void => {
    master?.kill('SIGKILL');
    master = undefined;
  };

  const connect = async (): Promise<string | undefined> => {
    if (master?.exitCode === null && existsSync(socket)) return undefined;
    close();
    await rm(socket, { force: true });
    const started = startMaster(options, socket, knownHosts);
    master = started.child;
    const deadline = performance.now() + connectSeconds * 1000;
    while (!existsSync(socket)) {
      if (started.child.exitCode !== null || performance.now() > deadline) {
        close();
        return started.complaint() || `no answer within ${connectSeconds} s`;
      }
      await sleep(100);
    }
    return undefined;
  };

  const attempt: NodeShell['attempt'] = async (command, timeoutSeconds = commandSeconds) => {
    const complaint = await connect();
    if (complaint !== undefined) return { exitCode: 255, stdout: '', stderr: complaint };
    try {
      const result = await runTool('ssh', ['-F', 'none', '-S', socket, node, command], {
        step: `run "${command}" on ${node}`,
        acceptExitCodes: Array.from({ length: 255 }, (_, index) => index + 1),
        timeoutSeconds,
      });
      const stdout = Buffer.from(result.stdout).toString('utf8');
      return { exitCode: result.exitCode, stdout, stderr: result.stderr };
    } catch (error) {
      if (!(error instanceof HostError) || error.id !== 'tool-timeout') throw error;
      // A node that is starting may answer late, or the connection is to one that is gone.
      close();
      return { exitCode: 255, stdout: '', stderr: `no answer within ${timeoutSeconds} s` };
    }
  };

  return { ...createAskedShell(node, attempt), close };
}

/** What can be asked over any way in: `attempt` runs one command there. */
export function createAskedShell(node: string, attempt: NodeShell['attempt']): AskedNode['shell'] {
  const run: NodeShell['run'] = async (command, timeoutSeconds) => {
    const { exitCode, stdout, stderr } = await attempt(command, timeoutSeconds);
    if (exitCode === 0) return stdout;
    throw new Error(`${node}: "${command}" ended with ${exitCode}:\n${stdout}${stderr}`);
  };
  return {
    attempt,
    run,
    runAsRoot: async (command, timeoutSeconds) =>
      await run(`sudo -n sh -c '${command.replaceAll("'", String.raw`'\''`)}'`, timeoutSeconds),
  };
}

/** The connection is a child of this process, and not ssh's own background process, so that it dies with the test. */
function startMaster(
  options: NodeShellOptions,
  socket: string,
  knownHosts: string,
): { child: ChildProcess; complaint: () => string } {
  const settings = {
    BatchMode: 'yes',
    ConnectTimeout: String(connectSeconds),
    ControlMaster: 'yes',
    ControlPath: socket,
    HostKeyAlias: options.node,
    IdentitiesOnly: 'yes',
    IdentityFile: options.key,
    ServerAliveInterval: '10',
    ServerAliveCountMax: '6',
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: knownHosts,
  };
  const child = spawn(
    tools.setpriv.program,
    [
      ...['--pdeathsig', 'KILL', '--', tools.ssh.program, '-F', 'none', '-N', '-p', String(options.port)],
      ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
      `${options.user}@127.0.0.1`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString('utf8')));
  // A program that is not there ends the wait as one that fails does.
  child.on('error', (error) => (complaint = error.message));
  return { child, complaint: () => complaint.trim() };
}
