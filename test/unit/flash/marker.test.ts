import { describe, expect, it } from 'vitest';
import { decodeMarker, encodeMarker } from '../../../builder/flash/marker.ts';

const marker = { node: 'pi3-2', cluster: 'home', imageSha256: 'ab'.repeat(32), beganSeconds: 1_796_131_200 };

describe('the marker of an unfinished card', () => {
  it('is one sector, and read back', () => {
    const sector = encodeMarker(marker);
    expect(sector).toHaveLength(512);
    expect(sector.toString('latin1', 0, 16)).toBe('dlimage-flash-1\n');
    expect(decodeMarker(sector)).toEqual(marker);
    expect(decodeMarker(Buffer.concat([sector, Buffer.alloc(512)]))).toEqual(marker);
  });

  it('is not any other sector, and none with one bit changed', () => {
    expect(decodeMarker(Buffer.alloc(512))).toBeNull();
    expect(decodeMarker(Buffer.alloc(512, 0xff))).toBeNull();
    expect(decodeMarker(encodeMarker(marker).subarray(0, 511))).toBeNull();
    for (let position = 0; position < 512; position += 1) {
      const sector = encodeMarker(marker);
      sector.writeUInt8(sector.readUInt8(position) ^ 1, position);
      expect(decodeMarker(sector), `byte ${position}`).toBeNull();
    }
  });

  it('has room for the longest names, and refuses longer ones', () => {
    const long = { ...marker, node: 'n'.repeat(63), cluster: 'c'.repeat(63) };
    expect(decodeMarker(encodeMarker(long))).toEqual(long);
    expect(() => encodeMarker({ ...marker, cluster: 'c'.repeat(400) })).toThrow(RangeError);
  });

  it('is none when its text is not a marker, though its checksum is right', () => {
    expect(decodeMarker(encodeMarker({ ...marker, imageSha256: 'short' }))).toBeNull();
    expect(decodeMarker(encodeMarker({ ...marker, beganSeconds: Number.NaN }))).toBeNull();
  });
});
