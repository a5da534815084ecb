import type { BlindView, Choice, Finding } from '../../platform/types';

/** What a second grader has answered so far. It stays when they step back, until the window closes. */
export interface Given {
  answers: [question: string, choice: string][];
  findings: Finding[];
}

export const nothingGiven: Given = { answers: [], findings: [] };

/** Answers with one more: the choice at a place of the question that is shown; null where there is no such. */
export function answered(given: Given, view: BlindView, place: number): Given | null {
  const choice = view.choice_ids[place];
  if (view.question_id === null || choice === undefined) return null;
  return { ...given, answers: [...given.answers, [view.question_id, choice]] };
}

export function takenBack(given: Given): Given {
  return { ...given, answers: given.answers.slice(0, -1) };
}

export function toggled(given: Given, finding: Finding): Given {
  const findings = given.findings.includes(finding)
    ? given.findings.filter((one) => one !== finding)
    : [...given.findings, finding];
  return { ...given, findings };
}

/** The place of the choice that a key chooses: by its cap, else by its number; -1 where none. */
export function placeOf(key: string, choices: Choice[]): number {
  const byCap = choices.findIndex((choice) => choice.key.toLowerCase() === key.toLowerCase());
  if (byCap >= 0) return byCap;
  const nth = /^[1-9]$/.test(key) ? Number(key) - 1 : -1;
  return nth < choices.length ? nth : -1;
}
