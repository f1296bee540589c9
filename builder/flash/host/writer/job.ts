import type { WriterHeader } from '../../writer-protocol.ts';
import type { Device } from './device.ts';
import type { Input } from './input.ts';
import type { CardMemory } from './memory.ts';
import type { Reporter } from './reporter.ts';

/** Everything that the steps of the work share. */
export interface Job {
  readonly header: WriterHeader;
  readonly device: Device;
  readonly input: Input;
  readonly reporter: Reporter;
  readonly memory: CardMemory;
}
