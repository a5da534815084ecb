import { expect, test } from 'vitest';
import { dayOf, periodFrom, periodOf } from './period';

const now = new Date(2026, 10, 3, 23, 30);

test('a stretch ends today and holds today', () => {
  expect(periodOf('today', now)).toEqual({ from: '2026-11-03', until: '2026-11-03' });
  expect(periodOf('week', now)).toEqual({ from: '2026-10-28', until: '2026-11-03' });
  expect(periodOf('month', now)).toEqual({ from: '2026-10-05', until: '2026-11-03' });
  expect(periodOf('all', now)).toEqual({ from: null, until: null });
});

test('the day is the one on the wall', () => {
  expect(dayOf(new Date(2026, 0, 1, 0, 5))).toBe('2026-01-01');
});

test('days may be left open, not turned around', () => {
  expect(periodFrom('2026-11-01', '2026-11-01')).toEqual({ from: '2026-11-01', until: '2026-11-01' });
  expect(periodFrom('', '2026-11-01')).toEqual({ from: null, until: '2026-11-01' });
  expect(periodFrom('2026-11-02', '2026-11-01')).toBeNull();
});
