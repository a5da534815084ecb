import { expect, test } from 'vitest';
import type { OpenUnit } from '../../platform/types';
import { lossPerHour, parsed, valueAfter } from './value';

const unit = (now: string, per_hour: string): OpenUnit =>
  ({ clock: { now, per_hour } }) as unknown as OpenUnit;

test('an amount as the bench writes it', () => {
  expect(parsed('1,211.00 EUR')).toEqual({ value: 1211, currency: 'EUR' });
  expect(parsed('-4.10 EUR')).toEqual({ value: -4.1, currency: 'EUR' });
  expect(parsed('0.0031 €')).toEqual({ value: 0.0031, currency: '€' });
  expect(parsed('much')).toBeNull();
});

test('a value falls with time, never below nothing', () => {
  expect(valueAfter(unit('10.00 EUR', '3.60 EUR'), 1000)).toEqual({ value: 9, currency: 'EUR' });
  expect(valueAfter(unit('1.00 EUR', '36.00 EUR'), 1000)?.value).toBe(0);
  expect(valueAfter({ clock: null } as OpenUnit, 5)).toBeNull();
});

test('losses are summed by currency, never across', () => {
  const sums = lossPerHour([
    unit('1 EUR', '0.10 EUR'),
    unit('1 EUR', '0.20 EUR'),
    unit('1 CHF', '0.50 CHF'),
    { clock: null } as OpenUnit,
  ]);
  expect(sums.get('EUR')).toBeCloseTo(0.3);
  expect(sums.get('CHF')).toBe(0.5);
});
