import { expect, test } from 'vitest';
import { SimulatedBench } from '../../platform/simulated/bench';
import { SimulatedRooms } from '../../platform/simulated/rooms';
import type { OperatorView, ReviewDetail } from '../../platform/types';
import { stepKeys, stepOf, stepsFor, type StepName } from './steps';

const supervisor: OperatorView = { initials: 'TO', role: 'SUPERVISOR' };
const grader: OperatorView = { initials: 'KW', role: 'GRADER' };

function detail(more: Partial<ReviewDetail>): ReviewDetail {
  const answer = new SimulatedRooms(new SimulatedBench()).answer({ ask: 'review-unit', unit: 'a' });
  if (answer.reply !== 'review-unit') throw new Error(answer.reply);
  return { ...answer.body, ...more };
}

function blocked(step: StepName, of: ReviewDetail, by: OperatorView): string | null {
  return stepsFor(of, by).find((one) => one.name === step)?.blocked?.code ?? null;
}

test('each step has a key of its own, and none that the review uses otherwise', () => {
  const keys = Object.values(stepKeys);
  expect(new Set(keys).size).toBe(keys.length);
  for (const taken of ['j', 'k', 'a', 'c', 's', 'h', 'o']) expect(stepOf(taken)).toBeUndefined();
  expect(stepOf('b')).toBe('blind');
});

test('what is not there cannot be done, and says so', () => {
  const plain = detail({});
  expect(blocked('blind', plain, supervisor)).toBe('blind-not-wanted');
  expect(blocked('contest', plain, supervisor)).toBe('not-contested');
  expect(blocked('match', plain, supervisor)).toBe('matched-already');
  expect(blocked('tasks', plain, supervisor)).toBe('no-task');
  expect(blocked('provisional', plain, supervisor)).toBe('no-provisional');
  expect(blocked('disposition', detail({ allowed: [] }), supervisor)).toBe('nothing-allowed');
  expect(blocked('note', plain, grader)).toBeNull();
});

test('what is a supervisor’s stays closed to others, head office may', () => {
  for (const step of ['disposition', 'claim', 'void', 'amend', 'labels'] as const) {
    expect(blocked(step, detail({}), grader), step).toBe('supervisor-only');
    expect(blocked(step, detail({}), supervisor), step).toBeNull();
    expect(blocked(step, detail({}), { initials: 'HO', role: 'HEAD_OFFICE' }), step).toBeNull();
  }
});

test('anybody may grade a drawn unit blind, and its explanation waits for that', () => {
  const row = { ...detail({}).row, grade: null };
  const drawn = detail({ blind_wanted: true, row });
  expect(blocked('blind', drawn, grader)).toBeNull();
  expect(blocked('explain', drawn, supervisor)).toBe('blind-first');
  expect(stepsFor(drawn, grader).filter((step) => step.urgent)).toHaveLength(1);
});
