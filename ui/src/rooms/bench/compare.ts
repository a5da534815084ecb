import type { Band } from '../../platform/types';

/** Two codes that should have been one: what was expected and what was scanned. */
export interface Compared {
  expected: string;
  got: string;
  /** A serial number rather than one of our own labels. */
  serial: boolean;
}

/** What the band's error compares, if it does. */
export function comparison(band: Band): Compared | null {
  if (band.tone !== 'rejected' && band.tone !== 'supervisor' && band.tone !== 'warning') return null;
  const args = band.say.args;
  const expected = args.expected ?? args.shipped;
  const got = args.got ?? args.scanned;
  if (expected === undefined || got === undefined || expected === got) return null;
  if (!/\d/.test(expected) || !/\d/.test(got)) return null;
  return { expected, got, serial: band.say.code.includes('serial') };
}

/** A code cut into what both share at the start, where they differ, and what they share at the end. */
export function differing(text: string, other: string): [same: string, differs: string, tail: string] {
  let from = 0;
  while (from < text.length && from < other.length && text.charAt(from) === other.charAt(from)) from += 1;
  let back = 0;
  const most = Math.min(text.length, other.length) - from;
  while (back < most && text.charAt(text.length - 1 - back) === other.charAt(other.length - 1 - back))
    back += 1;
  return [text.slice(0, from), text.slice(from, text.length - back), text.slice(text.length - back)];
}
