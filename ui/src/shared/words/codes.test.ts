// @vitest-environment node
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { catalogue, root } from './catalogue';
import { messageOf } from './words.svelte';

// Codes that the bench can say, as it exports them. Until that file is there, the test below shows that this one
// would notice a missing word.
const file = path.join(root, 'assets/codes.json');
const codes: string[] = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as string[]) : [];

function unworded(language: string, asked: string[]): string[] {
  const words = catalogue(language);
  return asked.filter((code) => !words.has(messageOf(code)));
}

describe.each(['en', 'de'])('%s', (language) => {
  test('has words for every code of the bench', () => {
    expect(unworded(language, codes)).toEqual([]);
  });

  test('a code without words is noticed', () => {
    expect(unworded(language, ['ready', 'no-such-code-at-all'])).toEqual(['no-such-code-at-all']);
  });
});

// The vocabularies of the seam's types: every value has words.
const types = readFileSync(path.join(root, 'ui/src/platform/types.ts'), 'utf8');
const vocabularies: [type: string, family: string][] = [
  ['Disposition', 'disposition'],
  ['Finding', 'finding'],
  ['Grade', 'grade'],
  ['Grade', 'grade-meaning'],
  ['HoldReason', 'hold'],
  ['OverrideReason', 'override'],
  ['Preference', 'preference'],
  ['Reason', 'reason'],
  ['ReviewCause', 'cause'],
  ['ReviewOutcome', 'outcome'],
  ['Role', 'role'],
  ['SellerResponse', 'response'],
  ['Settlement', 'settlement'],
  ['UnitStage', 'stage'],
  ['PhotoSlotState', 'photo'],
  ['Acceptance', 'acceptance'],
  ['VoidReason', 'void'],
  ['Task', 'task'],
  ['SignalKind', 'signal'],
  ['PreferenceOutcome', 'preference-outcome'],
  ['Match', 'match'],
  ['ContainerState', 'state'],
  ['WaitsFor', 'waits'],
  ['InsightName', 'insight'],
  ['InsightName', 'insight-about'],
  ['ColumnKind', 'insight-unit'],
];

test.each(vocabularies)('every %s has words', (type, family) => {
  const union = new RegExp(`^export type ${type} = ((?:"[^"]+"(?: \\| )?)+);`, 'm').exec(types)?.[1];
  const values = [...(union ?? '').matchAll(/"([^"]+)"/g)].map(([, value]) => value ?? '');
  expect(values.length).toBeGreaterThan(1);
  const words = catalogue('en');
  expect(values.filter((value) => !words.has(`${family}-${value}`))).toEqual([]);
});
