/** A size as it is printed on cards, in powers of ten: `31.9 GB`, `512 MB`. */
export function formatCardSize(bytes: number): string {
  if (bytes < 1e6) return `${bytes} bytes`;
  const [value, unit] =
    bytes < 1e9 ? [bytes / 1e6, 'MB'] : bytes < 1e12 ? [bytes / 1e9, 'GB'] : [bytes / 1e12, 'TB'];
  return `${value < 100 ? Number(value.toFixed(1)) : Math.round(value)} ${unit}`;
}
