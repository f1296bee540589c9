import type { ConsoleLog } from './console-log.ts';

/** State of a systemd unit, as `systemctl show` names it. */
export interface UnitState {
  readonly LoadState: string;
  readonly ActiveState: string;
  readonly SubState: string;
  readonly NRestarts: string;
}

/** What `guest/report.py` saw on the node; see there for how each fact is obtained. */
export interface Verdict {
  readonly node: {
    readonly systemState: string;
    readonly hostname: string;
    /** Words of each line of /etc/hosts. */
    readonly hosts: readonly (readonly string[])[];
    readonly timezone: string;
    readonly machineId: string;
    readonly nodeEnvironment: readonly string[];
    readonly memoryCgroup: boolean;
    readonly cpusetCgroup: boolean;
    readonly architecture: string;
    readonly kernel: string;
  };
  readonly network: {
    readonly addresses: readonly {
      readonly interface: string;
      readonly address: string;
      readonly prefixLength: number;
    }[];
    readonly defaultRoutes: readonly { readonly gateway: string | null; readonly interface: string }[];
    readonly nameservers: readonly string[];
  };
  readonly ssh: {
    /** Public host keys, each as the line of its file. */
    readonly hostKeys: readonly string[];
    readonly settings: Readonly<Record<string, string | null>>;
  };
  readonly users: readonly {
    readonly name: string;
    readonly uid: number;
    readonly shell: string;
    readonly groups: readonly string[];
    readonly hasPassword: boolean;
    readonly authorizedKeys: readonly string[];
    readonly sudoWithoutPassword: boolean;
  }[];
  readonly root: {
    readonly source: string;
    readonly diskBytes: number;
    readonly partitionBytes: number;
    readonly filesystemBytes: number;
    readonly freeBytes: number;
  };
  readonly docker: UnitState & {
    readonly version: string;
    readonly storageDriver: string;
    readonly memoryLimit: boolean;
    readonly swarm: string;
    readonly warnings: readonly string[];
    readonly engineName: string;
  };
  readonly glusterd: UnitState & {
    readonly uuid: string;
    readonly peers: readonly { readonly uuid: string; readonly hostname: string }[];
    /** Rows of `gluster pool list`: UUID, host name, state. */
    readonly pool: readonly (readonly string[])[];
  };
  /** `role` is VRRP's own word (MASTER, BACKUP, FAULT), null when it has not taken one. */
  readonly keepalived: UnitState & { readonly role: string | null };
  readonly chrony: UnitState;
  readonly cloudInit: {
    readonly datasource: string | null;
    readonly errors: readonly string[];
    readonly recoverableErrors: readonly unknown[];
    readonly instanceId: string;
    readonly warnings: readonly string[];
    /** When a once-per-instance module last ran, in seconds since 1970. */
    readonly configuredAt: number;
  };
  /** What the agent's stage `files` says, and all that it takes for changed by hand. */
  readonly agent: { readonly files: string; readonly noted: readonly string[] };
  readonly boot: {
    readonly id: string;
    readonly commandLine: string;
    /** Uptime when the boot had settled and the facts were there. */
    readonly seconds: number;
    readonly analysis: readonly string[];
    readonly slowest: readonly string[];
    readonly failedUnits: readonly string[];
    /** Units that do their work once at a start, and were started more than once. */
    readonly startedAgain: readonly string[];
    /** What systemd said about cycles, failed mounts, timeouts and lines that it ignores. */
    readonly complaints: readonly string[];
    /** The journal's messages of priority err and above. */
    readonly errors: readonly string[];
  };
}

/** Waits for the line in which a node describes itself. Facts that it could not collect are an error that names them. */
export async function waitForVerdict(console: ConsoleLog, timeoutSeconds: number): Promise<Verdict> {
  const match = await console.waitForLine(/DLIMAGE-VERDICT (.*)/, timeoutSeconds);
  const text = match[1] ?? '';
  let facts: Record<string, unknown>;
  try {
    facts = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`the verdict line is garbled: ${text}`, { cause: error });
  }
  const missing = Object.entries(facts).flatMap(([name, fact]) => {
    const error = (fact as { error?: string }).error;
    return error === undefined ? [] : [`${name}: ${error}`];
  });
  if (missing.length > 0) {
    throw new Error(`the node could not tell all facts:\n${missing.join('\n')}\n${await console.tail()}`);
  }
  return facts as unknown as Verdict;
}
