/** `[29, 65]` → `1d 41`. */
export function toHex(bytes: number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** `1D41`, `1d 41` → `[29, 65]`; whatever is no pair of hex digits is left out. */
export function fromHex(text: string): number[] {
  return (text.match(/[0-9a-f]{2}/gi) ?? []).map((pair) => Number.parseInt(pair, 16));
}

const names: Record<number, string> = {
  2: '␂',
  3: '␃',
  6: '␆',
  7: '␇',
  9: '␉',
  10: '␊',
  13: '␍',
  21: '␕',
  29: '␝',
  30: '␞',
};

/** Bytes as a person reads them: printable ASCII as it is, control characters by their pictures, the rest as a dot. */
export function toText(bytes: number[]): string {
  return bytes
    .map((byte) => names[byte] ?? (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·'))
    .join('');
}
