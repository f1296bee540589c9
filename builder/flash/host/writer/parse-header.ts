import type { WireRange, WriterHeader, WriterMode } from '../../writer-protocol.ts';
import { Failed } from './failed.ts';

const modes: readonly string[] = ['write', 'resume', 'verify'] satisfies WriterMode[];
const markerBytes = 512;

/**
 * Reads the header, and believes nothing: this process may have rights that its parent lacks.
 *
 * @throws Failed `header`
 */
export function parseHeader(line: string): WriterHeader {
  const header = parsed(line);
  const { mode, device, sizeBytes, firstMebibyteSha256, sectorBytes, imageBytes, ranges, marker } = header;
  demand(typeof mode === 'string' && modes.includes(mode), 'mode');
  demand(typeof device === 'string' && device.startsWith('/dev/'), 'device');
  demand(isSize(sizeBytes) && isSize(imageBytes), 'sizes');
  demand(typeof firstMebibyteSha256 === 'string' && /^[0-9a-f]{64}$/.test(firstMebibyteSha256), 'identity');
  demand(sectorBytes === 512 || sectorBytes === 4096, 'sectors');
  demand(typeof marker === 'string' && Buffer.from(marker, 'base64').length === markerBytes, 'marker');
  demand(typeof header.readBack === 'boolean', 'readBack');
  demand(Array.isArray(ranges) && areRanges(ranges, imageBytes, sectorBytes), 'ranges');
  return header as unknown as WriterHeader;
}

function parsed(line: string): Partial<Record<keyof WriterHeader, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below, as for anything else that is no object.
  }
  throw new Failed({ reason: 'header', text: 'not an object' });
}

function areRanges(ranges: readonly unknown[], imageBytes: number, sectorBytes: number): boolean {
  let position = 0;
  for (const range of ranges) {
    if (!Array.isArray(range)) return false;
    const [offset, length] = range as unknown as WireRange;
    if (!isSize(offset) || !isSize(length) || length === 0 || offset < position) return false;
    position = offset + length;
    if (position > imageBytes || offset % sectorBytes !== 0) return false;
    if (position % sectorBytes !== 0 && position !== imageBytes) return false;
  }
  return true;
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function demand(condition: boolean, text: string): asserts condition {
  if (!condition) throw new Failed({ reason: 'header', text });
}
