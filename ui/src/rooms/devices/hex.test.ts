import { expect, test } from 'vitest';
import { fromHex, toHex, toText } from './hex';
import { freshScanner } from './scanners';

test('bytes as hex and back, however they are typed', () => {
  expect(toHex([0x1d, 0x41, 0])).toBe('1d 41 00');
  expect(fromHex('1D4100')).toEqual([0x1d, 0x41, 0]);
  expect(fromHex(' 1d 41,00 ')).toEqual([0x1d, 0x41, 0]);
  expect(fromHex('zz')).toEqual([]);
});

test('control characters are seen', () => {
  expect(toText([0x5d, 0x43, 0x31, 0x1d, 0x41, 0xff, 0x0d])).toBe(']C1␝A·␍');
});

test('a new scanner gets a free name', () => {
  expect(freshScanner(['scanner', 'scanner-1', 'scanner-2']).id).toBe('scanner-3');
});
