import { afterEach, beforeEach, expect, test } from 'vitest';
import { lpnShown, lpnTail, readable } from './args';
import { age, clockSeconds, shortTime } from './times';
import { words } from './words.svelte';

beforeEach(() => {
  words.language = 'en';
});
afterEach(() => {
  words.language = 'en';
});

test('a refusal says what happened, about what, and what to do', () => {
  const told = words.tell({ code: 'wrong-label', args: { expected: '041730092775', got: '041730392566' } });
  expect(told.head).toBe('Rejected: wrong label');
  expect(told.second).toBe('04173-03925-66 belongs to another unit. Nothing was saved.');
  expect(told.next).toBe('Take that label off. Scan the one ending 927-75.');
  expect(told.missing).toBe(false);
});

test('a code without words shows itself and sends to the supervisor', () => {
  const told = words.tell({ code: 'flux-capacitor-cold', args: {} });
  expect(told.head).toBe('flux-capacitor-cold');
  expect(told.next).toBe('Ask your supervisor.');
  expect(told.missing).toBe(true);
});

test('a part whose variables are missing is left out, never half said', () => {
  expect(words.tell({ code: 'unit-received', args: { lpn: '041730092775', title: '' } }).second).toBeNull();
  expect(words.tell({ code: 'hold-set', args: {} }).head).toBe('Held:');
});

test('stored codes in arguments become words, lists too', () => {
  expect(words.tell({ code: 'dispositioned', args: { grade: 'B', disposition: 'RESTOCK_B' } }).head).toBe(
    'Grade B: Restock as B',
  );
  expect(words.tell({ code: 'held', args: { reasons: 'BATTERY, DATA' } }).second).toBe(
    'Battery, Data on it. Nothing was saved.',
  );
  expect(words.line({ code: 'next-answer', args: { keys: 'Y, N, 3' } })).toBe('Answer Y, N or 3');
  expect(words.tell({ code: 'label-pending', args: { fault: 'printer-out-of-paper' } }).second).toBe(
    'Labels are out. Go on working.',
  );
});

test('serials and article numbers stay as they are', () => {
  const args = { serial: '952012340014', title: 'LED' };
  expect(words.tell({ code: 'serial-kept', args }).second).toBe('952012340014');
  expect(words.tell({ code: 'item-not-in-catalogue', args: { code: '9520123400149' } }).second).toBe(
    '9520123400149',
  );
});

test('counts agree with their nouns', () => {
  expect(words.tell({ code: 'pin-wrong', args: { left: '1' } }).second).toBe('1 try left.');
  expect(words.tell({ code: 'pin-wrong', args: { left: '3' } }).second).toBe('3 tries left.');
});

test('history has its own line where it differs', () => {
  expect(words.history({ code: 'unit-graded', args: { grade: 'C' } })).toBe('Grade C, computed');
  expect(words.history({ code: 'unit.label-confirmed', args: {} })).toBe('Label scanned back');
  expect(words.history({ code: 'unit-answered', args: { findings: '' } })).toBe('Question answered');
});

test('the other language speaks', () => {
  words.language = 'de';
  expect(words.tell({ code: 'pin-wrong', args: { left: '2' } }).head).toBe('Abgelehnt: falsche PIN');
  expect(words.pick({ en: 'Does it power on?', de: 'Geht es an?' })).toBe('Geht es an?');
  expect(words.pick({ en: 'Only English' })).toBe('Only English');
});

test('photo places have names, known or not', () => {
  const slot = { role: 'SERIAL_PLATE', texts: {}, state: 'needed', sha256: null } as const;
  expect(words.photo(slot)).toBe('Serial plate');
  expect(words.photo({ ...slot, role: 'LEFT_HINGE' })).toBe('Left hinge');
  expect(words.photo({ ...slot, texts: { en: 'Plate' } })).toBe('Plate');
});

test('numbers of units are shown 5-5-2, and told apart by their end', () => {
  expect(lpnShown('041730092775')).toBe('04173-00927-75');
  expect(lpnShown('04173-00927-75')).toBe('04173-00927-75');
  expect(lpnTail('04173-00927-75')).toBe('927-75');
  expect(readable('SERIAL_PLATE')).toBe('Serial plate');
});

test('ages carry their unit, dates are short', () => {
  const now = new Date(2026, 10, 21, 14, 5, 0);
  const before = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString();
  expect(age(before(4), now)).toBe('4 s');
  expect(age(before(180), now)).toBe('3 min');
  expect(age(before(26 * 3600), now)).toBe('26 h');
  expect(age(before(9.5 * 86400), now)).toBe('9 d');
  expect(age(new Date(now.getTime() + 5000).toISOString(), now)).toBe('0 s');
  expect(shortTime(new Date(2026, 10, 21, 9, 52).toISOString(), now)).toBe('09:52');
  expect(shortTime(new Date(2026, 10, 12, 9, 52).toISOString(), now)).toBe('12 Nov 09:52');
  expect(clockSeconds(new Date(2026, 10, 21, 9, 5, 7).toISOString())).toBe('09:05:07');
  expect(shortTime('not a time', now)).toBe('not a time');
});

test('a policy speaks in its own sentences, and says nothing where there is none', () => {
  const say = { code: 'why-row-allows', args: { why: 'as-new', row: '41', dispositions: 'RESTOCK' } };
  const sentences = { 'as-new': { en: 'As new: back on sale.', de: 'Wie neu.' } };
  expect(words.line(say, sentences)).toBe('As new: back on sale. Row 41 allows Restock');
  expect(words.line(say)).toBe('Row 41 allows Restock');
});

test('why something cannot be done does not say that it was refused', () => {
  expect(words.why({ code: 'no-task', args: {} })).toBe('That task is not open');
  words.language = 'de';
  expect(words.why({ code: 'no-task', args: {} })).not.toMatch(/^Abgelehnt/);
});

test('columns and cells have words, or are readable', () => {
  expect(words.column('no_fault')).toBe('No fault');
  expect(words.column('STAIN')).toBe('Stained');
  expect(words.column('never-heard')).toBe('Never heard');
  expect(words.cell('finding', 'STAIN')).toBe('Stained');
  expect(words.cell('category', 'HOME_TOOLS')).toBe('Home tools');
  expect(words.cell('grader', 'KW')).toBe('KW');
});

test('a vocabulary lists its values', () => {
  expect(words.values('void')).toEqual(['NEVER_THERE', 'RECEIVED_TWICE', 'TRAINING']);
  expect(words.values('finding')).toHaveLength(34);
});
