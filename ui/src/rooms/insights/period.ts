/** A stretch of days; without `from` since the beginning, without `until` until now. */
export interface Period {
  from: string | null;
  until: string | null;
}

/** Stretches that have a button. */
export const stretches = ['today', 'week', 'month', 'all'] as const;
export type Stretch = (typeof stretches)[number];

const days: Record<Stretch, number | null> = { today: 1, week: 7, month: 30, all: null };

/** The days of a stretch that ends today, today included. */
export function periodOf(stretch: Stretch, now: Date): Period {
  const count = days[stretch];
  if (count === null) return { from: null, until: null };
  const first = new Date(now);
  first.setDate(first.getDate() - (count - 1));
  return { from: dayOf(first), until: dayOf(now) };
}

/** What was typed as a period; null where its days stand in the wrong order. */
export function periodFrom(from: string, until: string): Period | null {
  if (from !== '' && until !== '' && from > until) return null;
  return { from: from === '' ? null : from, until: until === '' ? null : until };
}

/** `2026-11-22`, by this computer's zone. */
export function dayOf(time: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}
