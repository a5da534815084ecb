import { words, type Language } from './words.svelte';

/** `14:02`, or `12 Nov 09:52` on another day than `now`. */
export function shortTime(at: string, now: Date, language: Language = words.language): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return at;
  const clock = clockTime(time);
  if (time.toDateString() === now.toDateString()) return clock;
  return `${shortDate(time, language)} ${clock}`;
}

/** `14:02` */
export function clockTime(time: Date): string {
  return `${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** `14:02:07` */
export function clockSeconds(at: string): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? at : `${clockTime(time)}:${two(time.getSeconds())}`;
}

/** How long ago: `40 s`, `3 min`, `26 h`, `9 d`. */
export function age(at: string, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - new Date(at).getTime()) / 1000));
  if (Number.isNaN(seconds)) return at;
  if (seconds < 60) return words.t('age-seconds', { n: seconds });
  if (seconds < 90 * 60) return words.t('age-minutes', { n: Math.round(seconds / 60) });
  if (seconds < 48 * 3600) return words.t('age-hours', { n: Math.round(seconds / 3600) });
  return words.t('age-days', { n: Math.floor(seconds / 86400) });
}

function shortDate(time: Date, language: Language): string {
  const month = new Intl.DateTimeFormat(language, { month: 'short' })
    .format(time)
    .replace('.', '')
    .slice(0, 3);
  return language === 'de' ? `${time.getDate()}. ${month}` : `${time.getDate()} ${month}`;
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}
