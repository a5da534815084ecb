import type { FluentVariable } from '@fluent/bundle';
import { shortTime } from './times';

/** Vocabularies of the catalogue: the first part of their messages' names. */
export const families = [
  'grade',
  'grade-meaning',
  'disposition',
  'settlement',
  'finding',
  'reason',
  'preference',
  'preference-outcome',
  'hold',
  'cause',
  'signal',
  'match',
  'outcome',
  'parcel-outcome',
  'response',
  'acceptance',
  'role',
  'photo',
  'stage',
  'state',
  'rma-state',
  'intake',
  'cycle',
  'gate',
  'skip',
  'override',
  'regrade',
  'work',
  'work-result',
  'waits',
  'insight-step',
  'void',
  'task',
  'label-kind',
  'device',
  'feed',
  'lane',
  'command',
] as const;
export type Family = (typeof families)[number];

/** What turning arguments into words needs of the table. */
export interface Vocabulary {
  code(family: Family, value: string): string;
  knows(family: Family, value: string): boolean;
  /** The head line of a code, where the table has it. */
  head(code: string): string | null;
  or(items: string[]): string;
  /** The sentence that a policy's row gives as its reason. */
  why(key: string): string | null;
}

// Which vocabularies an argument speaks, by its name.
const spoken: Record<string, Family[]> = {
  grade: ['grade'],
  computed: ['grade'],
  disposition: ['disposition'],
  dispositions: ['disposition'],
  settlement: ['settlement'],
  finding: ['finding'],
  findings: ['finding'],
  reason: ['hold', 'override', 'skip', 'regrade', 'void', 'reason', 'cause'],
  reasons: ['hold'],
  preference: ['preference'],
  hold: ['hold'],
  cause: ['cause'],
  causes: ['cause'],
  review: ['cause'],
  outcome: ['outcome', 'parcel-outcome', 'preference-outcome'],
  acceptance: ['acceptance'],
  role: ['role', 'photo'],
  stage: ['stage'],
  state: ['state'],
  rma_state: ['rma-state'],
  intake: ['intake'],
  gate: ['gate'],
  skip: ['skip'],
  task: ['task'],
  signals: ['signal'],
  work: ['work'],
  result: ['work-result'],
  label: ['label-kind'],
  feed: ['feed'],
  command: ['command'],
  step: ['insight-step'],
  got: ['disposition'],
  expected: ['disposition'],
};
const counts = new Set([
  'pieces',
  'left',
  'seconds',
  'minutes',
  'days',
  'count',
  'length',
  'limit',
  'age',
  'place',
]);
// Codes of the table themselves: a device's fault, why an item was refused.
const coded = new Set(['fault']);

/** Arguments as a person reads them: stored codes in words, counts as numbers, times short, LPNs 5-5-2. */
export function argsAsWords(
  args: Record<string, string | undefined>,
  vocabulary: Vocabulary,
): Record<string, FluentVariable> {
  const out: Record<string, FluentVariable> = {};
  for (const [name, value] of Object.entries(args)) {
    // An empty argument is no argument: the part of the message that needs it is left out.
    const worded = value === undefined ? '' : asWords(name, value, vocabulary);
    if (worded !== '') out[name] = worded;
  }
  const lpn = args.expected ?? args.lpn;
  if (out.tail === undefined && lpn !== undefined && lpn !== '') out.tail = lpnTail(lpn);
  return out;
}

/** 12 digits as 5-5-2; anything else as it is. */
export function lpnShown(text: string): string {
  return /^\d{12}$/.test(text) ? `${text.slice(0, 5)}-${text.slice(5, 10)}-${text.slice(10)}` : text;
}

/** The end of an LPN by which people tell labels apart: `927-42`. */
export function lpnTail(text: string): string {
  const parts = lpnShown(text).split('-');
  const [counter, check] = parts.slice(-2);
  if (counter === undefined || check === undefined) return text.slice(-5);
  return `${counter.slice(-3)}-${check}`;
}

/** A code that no vocabulary has, readable: `SERIAL_PLATE` → `Serial plate`. */
export function readable(code: string): string {
  const text = code.replaceAll('_', ' ').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function asWords(name: string, value: string, vocabulary: Vocabulary): FluentVariable {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value)) return shortTime(value, new Date());
  if (/^\d{12}$/.test(value) && (name === 'lpn' || name === 'expected' || name === 'got'))
    return lpnShown(value);
  if (counts.has(name) && /^\d{1,12}$/.test(value)) return Number(value);
  // A key of the policy's own sentences, or a code of the table.
  if (name === 'why') return vocabulary.why(value) ?? vocabulary.head(value) ?? '';
  if (name === 'keys') return vocabulary.or(value.split(/,\s*/));
  // GS1 identifiers, one of which is wanted, some with another: `01,8006+21`.
  if (name === 'needs')
    return vocabulary.or(value.split(',').map((one) => one.replace(/[^+]+/g, '($&)').replaceAll('+', ' + ')));
  if (coded.has(name)) return vocabulary.head(value) ?? value;
  const speaks = spoken[name];
  if (speaks === undefined) return value;
  return value
    .split(/,\s*/)
    .map((one) => {
      const family = speaks.find((candidate) => vocabulary.knows(candidate, one));
      if (family !== undefined) return vocabulary.code(family, one);
      return name === 'role' && /^[A-Z][A-Z_]+$/.test(one) ? readable(one) : one;
    })
    .join(', ');
}
