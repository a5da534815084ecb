import type { OperatorView, ReviewDetail, Say } from '../../platform/types';

/** What can be done to a unit beside deciding it, in the order in which it is listed. */
export const stepKeys = {
  blind: 'b',
  contest: 't',
  match: 'm',
  tasks: 'f',
  claim: 'r',
  disposition: 'd',
  provisional: 'p',
  note: 'n',
  amend: 'e',
  labels: 'l',
  void: 'v',
  explain: 'x',
  pack: 'w',
} as const;

export type StepName = keyof typeof stepKeys;

export interface Step {
  name: StepName;
  /** As printed on its cap. */
  key: string;
  /** Why it cannot be done now, or not by this person. The bench checks again. */
  blocked: Say | null;
  /** The unit waits for this: it stands beside the decision, not only in the list. */
  urgent: boolean;
}

const names = Object.keys(stepKeys) as StepName[];
const forSupervisors: StepName[] = ['contest', 'disposition', 'claim', 'void', 'amend', 'labels'];

export function stepsFor(detail: ReviewDetail, operator: OperatorView | null): Step[] {
  return names.map((name) => ({
    name,
    key: stepKeys[name].toUpperCase(),
    blocked: blockedBy(name, detail, operator),
    urgent: urgent(name, detail),
  }));
}

/** The step of a key; nothing where no step has it. */
export function stepOf(key: string): StepName | undefined {
  return names.find((name) => stepKeys[name] === key);
}

export function maySupervise(operator: OperatorView | null): boolean {
  return operator?.role === 'SUPERVISOR' || operator?.role === 'HEAD_OFFICE';
}

function blockedBy(name: StepName, detail: ReviewDetail, operator: OperatorView | null): Say | null {
  const code = missing(name, detail);
  if (code !== null) return { code, args: {} };
  if (forSupervisors.includes(name) && !maySupervise(operator)) return { code: 'supervisor-only', args: {} };
  return null;
}

/** What the unit lacks for a step. */
function missing(name: StepName, detail: ReviewDetail): string | null {
  switch (name) {
    case 'blind':
      return detail.blind_wanted ? null : 'blind-not-wanted';
    case 'contest':
      return detail.contest === null ? 'not-contested' : null;
    case 'match':
      return detail.matched === 'UNMATCHED' ? null : 'matched-already';
    case 'tasks':
      return detail.tasks.length === 0 ? 'no-task' : null;
    case 'provisional':
      return detail.provisional === null ? 'no-provisional' : null;
    case 'disposition':
      return detail.allowed.length === 0 ? 'nothing-allowed' : null;
    case 'explain':
      // Which row fired would tell the grade.
      return detail.blind_wanted && detail.row.grade === null ? 'blind-first' : null;
    default:
      return null;
  }
}

function urgent(name: StepName, detail: ReviewDetail): boolean {
  switch (name) {
    case 'blind':
      return detail.blind_wanted;
    case 'contest':
      return detail.contest !== null;
    case 'match':
      return detail.matched === 'UNMATCHED';
    case 'tasks':
      return detail.tasks.length > 0;
    case 'provisional':
      return detail.provisional !== null;
    default:
      return false;
  }
}
