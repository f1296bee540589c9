/**
 * The CRC-32 of two stretches of data, one after the other, from the CRC-32 of each and the length of the second.
 * Source: zlib, crc32_combine() in crc32.c: appending n zero bytes is a linear map over GF(2), applied by squaring.
 */
export function combineCrc32(first: number, second: number, secondLengthBytes: number): number {
  if (secondLengthBytes === 0) return first;
  let operator = squared(squared(oneBitOperator()));
  let result = first;
  let left = secondLengthBytes;
  // The operator for one byte is the third square of that for one bit; each further square doubles the length.
  while (left > 0) {
    operator = squared(operator);
    if (left % 2 === 1) result = applied(operator, result);
    left = Math.floor(left / 2);
  }
  return (result ^ second) >>> 0;
}

const polynomial = 0xedb88320;

function oneBitOperator(): number[] {
  return [polynomial, ...Array.from({ length: 31 }, (_, bit) => 2 ** bit)];
}

function applied(operator: readonly number[], vector: number): number {
  let sum = 0;
  for (let bit = 0, rest = vector >>> 0; rest !== 0; bit += 1, rest >>>= 1) {
    if ((rest & 1) !== 0) sum ^= operator[bit]!;
  }
  return sum >>> 0;
}

function squared(operator: readonly number[]): number[] {
  return operator.map((row) => applied(operator, row));
}
