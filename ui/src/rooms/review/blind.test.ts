import { expect, test } from 'vitest';
import { blindView } from '../../platform/simulated/judged';
import type { Choice, UnitHead } from '../../platform/types';
import { answered, nothingGiven, placeOf, takenBack, toggled } from './blind';

const unit: UnitHead = {
  unit: 'e',
  lpn: null,
  title: 'Jacket',
  sku: null,
  rma: null,
  owner: null,
  reason: 'DEFECTIVE',
  preference: 'REFUND',
  holds: [],
  saved: 'sent',
};
const view = blindView(unit, { ask: 'blind-regrade', unit: 'e', ...nothingGiven, commit: false });

test('an answer is question and choice by id, in the order asked', () => {
  const one = answered(nothingGiven, view, 1);
  expect(one?.answers).toEqual([['question-1', 'no']]);
  expect(answered(nothingGiven, view, 7)).toBeNull();
  expect(answered(nothingGiven, { ...view, question_id: null }, 0)).toBeNull();
  expect(one === null ? null : takenBack(one)).toEqual(nothingGiven);
});

test('a finding is marked and unmarked', () => {
  const marked = toggled(nothingGiven, 'STAIN');
  expect(marked.findings).toEqual(['STAIN']);
  expect(toggled(marked, 'STAIN').findings).toEqual([]);
  expect(nothingGiven.findings).toEqual([]);
});

test('a choice has its cap, and its number', () => {
  const choices = ['Y', 'N', '3'].map((key) => ({ key }) as Choice);
  expect(placeOf('y', choices)).toBe(0);
  expect(placeOf('2', choices)).toBe(1);
  expect(placeOf('3', choices)).toBe(2);
  expect(placeOf('4', choices)).toBe(-1);
  expect(placeOf('x', choices)).toBe(-1);
});
