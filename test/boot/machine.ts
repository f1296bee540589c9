import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from '../../builder/system/host/run-tool.ts';
import { followConsole, type ConsoleLog } from './console-log.ts';
import { platforms, type MachineParts, type PlatformName } from './platforms.ts';
import { startQemu, type QemuProcess } from './qemu-process.ts';
import { within } from './within.ts';

/** One virtual machine with its own disk, which outlives the starts and power cuts of the machine. */
export interface Machine {
  readonly name: string;
  readonly console: ConsoleLog;
  /** Switches it on. */
  start(): Promise<void>;
  /** Presses the power button and waits until the guest has shut down; where there is none, cuts the power. */
  shutDown(): Promise<void>;
  /** Cuts the power. Does nothing when it is off. */
  kill(): Promise<void>;
  /** Puts a fresh copy of an image in, as flashing a card does; the machine must be off. */
  flash(image: string): Promise<void>;
}

export interface MachineOptions {
  readonly name: string;
  readonly platform: PlatformName;
  /** Image to boot; it is read, never written. */
  readonly image: string;
  /** Takes disk, console log and QEMU's log; must exist. Keep the path short: it holds Unix sockets too. */
  readonly directory: string;
  /** QEMU's `-netdev` value without an id, from `Lan.netdev`. */
  readonly netdev: string;
  /** Port on the LAN; makes the MAC address. */
  readonly port: number;
  readonly memoryMb?: number;
  /** What the board's clock says at power-on, as `2001-01-01T00:00:00`; the real time if absent. Not on a Pi, which has none. */
  readonly clock?: string;
  /** A restart that the guest asks for is one; else it ends the machine, so that no test mistakes a crash for a boot. */
  readonly mayRestart?: boolean;
}

const shutdownSeconds = 120;

/** Makes a machine with a fresh disk over an image; it is off. */
export async function createMachine(options: MachineOptions): Promise<Machine> {
  const { name, directory } = options;
  const platform = platforms[options.platform];
  const disk = join(directory, `${name}.qcow2`);
  const consoleFile = join(directory, `${name}.console.log`);
  let qemu: QemuProcess | undefined;
  let howEnded: string | undefined = 'never started';
  let parts = partsOf(options, disk);
  let platformArguments: readonly string[] = [];
  let isSwitchedOn = false;
  let restart = Promise.resolve();
  // QEMU would give a guest that restarts what it loaded before.
  const { load } = platform;
  const isLoadedAgain = load !== undefined && options.mayRestart === true;

  const flash: Machine['flash'] = async (image) => {
    if (qemu?.isRunning() === true) throw new Error(`${name} must be off to be flashed`);
    await rm(disk, { force: true });
    await runTool(
      'qemu-img',
      ['create', '-q', '-f', 'qcow2', '-b', image, '-F', 'raw', disk, `${platform.diskGib}G`],
      {
        step: `lay a disk over ${image}`,
      },
    );
    parts = partsOf({ ...options, image }, disk);
    platformArguments = await platform.prepare(parts);
  };

  const powerOn = async (): Promise<void> => {
    const started = await startQemu(
      platform.program,
      [
        ...['-name', name, '-nodefaults', '-display', 'none'],
        ...(options.mayRestart === true && !isLoadedAgain ? [] : ['-no-reboot']),
        ...platformArguments,
        ...((await load?.(parts)) ?? []),
        ...['-netdev', options.netdev.replace(',', ',id=n0,')],
        ...['-chardev', `file,id=console,path=${consoleFile},append=on`, '-serial', 'chardev:console'],
        ...(options.clock === undefined ? [] : ['-rtc', `base=${options.clock}`]),
      ],
      join(directory, `${name}.qemu.log`),
    );
    qemu = started;
    howEnded = undefined;
    void started.ended.then((how) => endOf(started, how));
  };

  const endOf = (ended: QemuProcess, how: string): void => {
    if (isLoadedAgain && isSwitchedOn && ended.wasToRestart()) {
      restart = powerOn().catch((error: Error) => void (howEnded = error.message));
    } else {
      howEnded = how;
    }
  };

  const start: Machine['start'] = async () => {
    if (qemu?.isRunning() === true) throw new Error(`${name} is on already`);
    await machine.console.skipToEnd();
    isSwitchedOn = true;
    await powerOn();
  };

  const switchOff = async (): Promise<void> => {
    isSwitchedOn = false;
    await restart;
  };

  const kill: Machine['kill'] = async () => {
    await switchOff();
    await qemu?.kill();
  };

  const shutDown: Machine['shutDown'] = async () => {
    await switchOff();
    if (qemu?.isRunning() !== true) return;
    if (!platform.powerButton) return await qemu.kill();
    await qemu.execute('system_powerdown');
    try {
      await within(shutdownSeconds * platform.slowness, `the shutdown of ${name}`, qemu.ended);
    } catch (error) {
      await qemu.kill();
      throw new Error(`${(error as Error).message}\n${await machine.console.tail()}`, { cause: error });
    }
  };

  const machine: Machine = {
    name,
    console: followConsole(consoleFile, () => howEnded),
    start,
    shutDown,
    kill,
    flash,
  };
  await flash(options.image);
  return machine;
}

function partsOf(
  { image, directory, name, memoryMb = 1024, port }: MachineOptions,
  disk: string,
): MachineParts {
  return { image, disk, directory, name, memoryMb, port };
}
