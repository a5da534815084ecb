import type { OpenUnit } from '../../platform/types';

/** A formatted amount (`1,211.00 EUR`, `629.00 €`) as a number and its currency. */
export function parsed(amount: string): { value: number; currency: string } | null {
  const found = /^(-?[\d,]*\.?\d+)\s*(\S*)$/.exec(amount.trim());
  if (found?.[1] === undefined) return null;
  const value = Number(found[1].replaceAll(',', ''));
  return Number.isFinite(value) ? { value, currency: found[2] ?? '' } : null;
}

/** Value after so many seconds more, never below nothing. Null where the unit has no value. */
export function valueAfter(unit: OpenUnit, seconds: number): { value: number; currency: string } | null {
  if (unit.clock === null) return null;
  const now = parsed(unit.clock.now);
  const loss = parsed(unit.clock.per_hour);
  if (now === null || loss === null) return null;
  return { value: Math.max(0, now.value - (loss.value * seconds) / 3600), currency: now.currency };
}

/** What all units lose in an hour, by currency. */
export function lossPerHour(units: OpenUnit[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const unit of units) {
    const loss = unit.clock === null ? null : parsed(unit.clock.per_hour);
    if (loss !== null) sums.set(loss.currency, (sums.get(loss.currency) ?? 0) + loss.value);
  }
  return sums;
}
