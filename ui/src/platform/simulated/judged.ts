import type { BlindView, Choice, ExplainedView, Finding, MatchView, Request, UnitHead } from '../types';
import * as goods from './goods';
import { choice, questionStage, say } from './views';

/** The second grader's walk: as many questions as the bench asks, without what the first one saw. */
export function blindView(unit: UnitHead, request: Extract<Request, { ask: 'blind-regrade' }>): BlindView {
  const place = request.answers.length;
  const head = { ...unit, reason: null, preference: null };
  const chips = goods.newChips().map((chip) => ({
    ...chip,
    on: chip.finding !== null && request.findings.includes(chip.finding),
  }));
  const base = {
    head,
    chips,
    question: null,
    question_id: null,
    choice_ids: [],
    result: null,
    blocked: null,
  };
  const ended = request.answers.some(([, chosen]) => chosen === 'settles');
  if (!ended && place < goods.questions.length) {
    const question = questionStage(unit, place, []);
    const choices: Choice[] = question.stage === 'question' ? question.choices : [];
    const settles = goods.questions[place]?.settles;
    return {
      ...base,
      question,
      question_id: `question-${place + 1}`,
      choice_ids: choices.map((one) => (one.command === settles ? 'settles' : one.command.toLowerCase())),
    };
  }
  if (!request.commit) return base;
  const findings: Finding[] = ['CRACKED'];
  const differ = ['question-3'];
  const texts = goods.questions[2]?.texts;
  const questions = texts === undefined ? {} : { 'question-3': texts };
  return { ...base, result: { first: 'B', second: 'C', differ, questions, findings, saved: true } };
}

export const matches: MatchView[] = [
  {
    rma: '26-118341',
    line: '1',
    title: 'Orra watch 44 mm, LTE',
    because: say('match-serial', { by: 'OW44-7702' }),
  },
  {
    rma: '26-118377',
    line: '2',
    title: 'Orra watch 44 mm, LTE',
    because: say('match-product', { by: 'OW44' }),
  },
  {
    rma: '26-118102',
    line: null,
    title: 'Orra watch strap',
    because: say('match-tracking', { by: 'JJD014600003821' }),
  },
];

export const explained: ExplainedView = {
  policy: 'P-118',
  hash: '9f2c77a01b3e',
  inputs: [
    ['category', 'ELECTRONICS'],
    ['owner', 'NLK'],
    ['reason', 'CHANGED_MIND'],
    ['grade', 'C'],
    ['findings', 'CRACKED, ACCOUNT_LOCKED'],
    ['value', '612.40 EUR'],
    ['days_since_sale', '21'],
  ],
  rows: [
    { row: 'G-01', layer: 'gate', answer: 'no', cell: ['recall', 'yes', 'no'] },
    { row: 'G-07', layer: 'gate', answer: 'no', cell: ['hygiene_seal', 'broken', 'UNKNOWN'] },
    { row: 'G-09', layer: 'gate', answer: 'unknown', cell: ['days_to_expiry', '< 0', 'UNKNOWN'] },
    { row: '41', layer: 'candidate', answer: 'no', cell: ['grade', 'A, B', 'C'] },
    { row: '63', layer: 'candidate', answer: 'fired', cell: null },
    { row: '64', layer: 'candidate', answer: 'no', cell: ['category', 'HOME', 'ELECTRONICS'] },
    { row: 'S-03', layer: 'settlement', answer: 'fired', cell: null },
    { row: 'S-04', layer: 'settlement', answer: 'not-reached', cell: null },
  ],
  ranking: [
    ['LIQUIDATE', '238.00 EUR'],
    ['REFURBISH', '217.00 EUR'],
    ['RECYCLE', '-4.10 EUR'],
  ],
};

/** Ways to work on a unit, then what came of it. */
export function workChoices(begun: boolean): Choice[] {
  return begun
    ? [
        choice('PICK-1', '1', say('choice-work-done'), null, true),
        choice('PICK-2', '2', say('choice-work-not-possible'), null),
      ]
    : (['cleaning', 'repacking', 'part-added'] as const).map((kind, i) =>
        choice(`PICK-${i + 1}`, String(i + 1), say(`choice-work-${kind}`), null),
      );
}
