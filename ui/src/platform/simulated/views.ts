import type { Action, Choice, Coded, Disposition, FindingChip, Grade, Say, Stage, UnitHead } from '../types';
import * as goods from './goods';

/** A message with its arguments. */
export const say = (code: string, args: Record<string, string> = {}): Say => ({ code, args });

/** The stage of a checklist question. */
export function questionStage(unit: UnitHead, number: number, chips: FindingChip[]): Stage {
  const question = goods.questions[number] ?? goods.questions[0];
  if (question === undefined) throw { code: 'bench-unreachable', args: {} } satisfies Coded;
  const rungs = ['X', 'D', 'C', 'B', 'A'] as const;
  const now = question.rung === null ? -1 : rungs.indexOf(question.rung);
  const effect = (answer: 'YES' | 'NO') => {
    if (question.holds && answer === 'YES') return say('effect-hold', { hold: 'BATTERY' });
    if (question.settles === answer && question.rung !== null)
      return say('effect-grade', { grade: question.rung });
    return say('effect-go-on');
  };
  const choices = [
    choice('YES', 'Y', say('choice-yes'), effect('YES')),
    choice('NO', 'N', say('choice-no'), effect('NO')),
  ];
  if (question.third)
    choices.push({
      ...choice('PICK-3', '3', null, say('effect-review')),
      texts: { en: 'Can’t test', de: 'Nicht prüfbar' },
    });
  return {
    stage: 'question',
    unit,
    texts: question.texts,
    hint: question.hint,
    picture: question.picture ?? null,
    number: number + 1,
    of: goods.questions.length,
    ladder:
      now < 0
        ? []
        : rungs.map((grade, i) => ({ grade, state: i < now ? 'done' : i === now ? 'now' : 'to-come' })),
    choices,
    chips: now < 0 ? [] : chips.map((chip) => ({ ...chip })),
  };
}

/** The stage of a unit that is graded and decided. */
export function decisionStage(unit: UnitHead, grade: Grade, goes: Disposition, chips: FindingChip[]): Stage {
  return {
    stage: 'decision',
    unit,
    grade,
    computed: null,
    findings: chips.flatMap((chip) => (chip.on && chip.finding !== null ? [chip.finding] : [])),
    decision: {
      disposition: goes,
      settlement: 'REFUND',
      why: [
        say('why-row-allows', { why: 'as-new', row: '41', dispositions: 'RESTOCK_B, LIQUIDATE' }),
        say('why-best-value', { disposition: goes }),
      ],
      policy: 'P-118',
      row: '41',
      recovered: '211.00 €',
      next_best: { disposition: 'LIQUIDATE', less_by: '96.00 €', forbidden_by: null },
      preference: {
        asked: 'RETURN_TO_ME',
        outcome: 'TOO_DEAR',
        say: null,
        texts: {
          en: 'Sending it back would cost more than it is worth. The refund is on its way.',
          de: 'Die Rücksendung würde mehr kosten, als die Ware wert ist. Die Erstattung kommt.',
        },
      },
      derogation: null,
      sentences: {
        'as-new': { en: 'As new: back on sale.', de: 'Wie neu: zurück in den Verkauf.' },
      },
    },
    review: null,
    choices: [
      choice('NEXT', 'Enter', say('choice-print'), null, true),
      choice('OVERRIDE', 'F6', say('choice-override'), null),
      choice('HOLD', 'F8', say('choice-hold'), null),
    ],
  };
}

/** A button of the action bar. */
export function action(command: string, key: string): Action {
  return { command, key, disabled: null };
}

/** A way to answer. */
export function choice(
  command: string,
  key: string,
  words: Say | null,
  effect: Say | null,
  suggested = false,
): Choice {
  return { command, key, texts: null, say: words, effect, suggested, disabled: null, qr: goods.qr(command) };
}
