import type { FluentVariable } from '@fluent/bundle';
import { shortTime } from './times';
import type { Language } from './words.svelte';

/** Vocabularies of the catalogue: the first part of their messages' names. */
export const families = [
  'grade',
  'grade-meaning',
  'disposition',
  'settlement',
  'finding',
  'reason',
  'preference',
  'hold',
  'cause',
  'outcome',
  'response',
  'role',
  'stage',
  'intake',
  'cycle',
  'skip',
  'device',
  'feed',
  'lane',
  'lane-note',
  'command',
] as const;
export type Family = (typeof families)[number];

// Which vocabulary an argument speaks, by its name; the rest is looked for in all of them.
const byName: Record<string, Family[]> = {
  grade: ['grade'],
  computed: ['grade'],
  disposition: ['disposition'],
  takes: ['disposition'],
  settlement: ['settlement'],
  finding: ['finding'],
  findings: ['finding'],
  reason: ['reason', 'hold', 'skip', 'cause'],
  preference: ['preference'],
  hold: ['hold'],
  holds: ['hold'],
  cause: ['cause'],
  causes: ['cause'],
  outcome: ['outcome'],
  role: ['role'],
  stage: ['stage'],
  answer: ['command'],
};
const anyFamily: Family[] = [
  'disposition',
  'finding',
  'hold',
  'cause',
  'reason',
  'stage',
  'role',
  'preference',
  'settlement',
  'outcome',
  'intake',
  'cycle',
  'skip',
];
// Names whose values are never vocabulary and never numbers to be grouped: they must be read as they are.
const verbatim = new Set(
  'initials operator grader lpn got expected scanned shipped serial sku rma tracking code text container location row policy number_label tail command place path device print key keys title'.split(
    ' ',
  ),
);

/** Arguments as a person reads them: stored codes in words, numbers as numbers, times short, LPNs 5-5-2. */
export function argsAsWords(
  args: Record<string, string | undefined>,
  language: Language,
  code: (family: Family, value: string) => string,
  knows: (family: Family, value: string) => boolean,
): Record<string, FluentVariable> {
  const out: Record<string, FluentVariable> = {};
  for (const [name, value] of Object.entries(args)) {
    if (value !== undefined) out[name] = asWords(name, value, language, code, knows);
  }
  const lpn = args.expected ?? args.lpn;
  if (out.tail === undefined && lpn !== undefined) out.tail = lpnTail(lpn);
  return out;
}

/** 12 digits as 5-5-2; anything else as it is. */
export function lpnShown(text: string): string {
  return /^\d{12}$/.test(text) ? `${text.slice(0, 5)}-${text.slice(5, 10)}-${text.slice(10)}` : text;
}

/** The end of an LPN by which people tell labels apart: `917-42`. */
export function lpnTail(text: string): string {
  const shown = lpnShown(text);
  const parts = shown.split('-');
  const [counter, check] = parts.slice(-2);
  if (parts.length < 2 || counter === undefined || check === undefined) return shown.slice(-5);
  return `${counter.slice(-3)}-${check}`;
}

function asWords(
  name: string,
  value: string,
  language: Language,
  code: (family: Family, value: string) => string,
  knows: (family: Family, value: string) => boolean,
): FluentVariable {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value)) return shortTime(value, new Date(), language);
  if (/^\d{12}$/.test(value)) return lpnShown(value);
  const own = byName[name];
  if (own === undefined) {
    if (verbatim.has(name)) return value;
    if (/^\d{1,9}$/.test(value)) return Number(value);
  }
  if (!/^[A-Z][A-Z0-9_, -]*$/.test(value)) return value;
  const word = (one: string): string => {
    const family = (own ?? (one.length > 2 ? anyFamily : [])).find((candidate) => knows(candidate, one));
    return family === undefined ? one : code(family, one);
  };
  return value
    .split(/,\s*/)
    .map((one) => word(one))
    .join(', ');
}
