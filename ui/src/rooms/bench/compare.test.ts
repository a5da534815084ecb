import { expect, test } from 'vitest';
import type { Band } from '../../platform/types';
import { comparison, differing } from './compare';

test('differing digits are cut out, what is the same stays around them', () => {
  expect(differing('3F21-0098-417', '3F21-0098-471')).toEqual(['3F21-0098-4', '17', '']);
  expect(differing('0417-3927-2', '0417-3925-2')).toEqual(['0417-392', '7', '-2']);
  expect(differing('abc', 'abc')).toEqual(['abc', '', '']);
  expect(differing('', 'x')).toEqual(['', '', '']);
});

const band = (tone: Band['tone'], args: Record<string, string>): Band => ({
  tone,
  say: { code: 'wrong-label', args },
  at: null,
  beside: null,
  saved: null,
  blink: 1,
});

test('two numbers at odds are compared, two words are not', () => {
  expect(comparison(band('rejected', { expected: '041730092775', got: '041730392566' }))).toEqual({
    expected: '041730092775',
    got: '041730392566',
    serial: false,
  });
  expect(comparison(band('rejected', { expected: 'RESTOCK', got: 'LIQUIDATE' }))).toBeNull();
  expect(comparison(band('accepted', { expected: '1', got: '2' }))).toBeNull();
  expect(comparison(band('rejected', {}))).toBeNull();
});
