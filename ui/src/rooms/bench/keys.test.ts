import { expect, test } from 'vitest';
import type { Choice, Screen, Stage, Tone } from '../../platform/types';
import { SimulatedBench } from '../../platform/simulated/bench';
import { keyEffect } from './keys';

const choice = (command: string, key: string, more: Partial<Choice> = {}): Choice => ({
  command,
  key,
  texts: null,
  say: null,
  effect: null,
  suggested: false,
  disabled: null,
  qr: null,
  ...more,
});

function screen(stage: Stage, tone: Tone = 'ready', actions: [string, string][] = []): Screen {
  const base = new SimulatedBench().screen();
  return {
    ...base,
    stage,
    band: { ...base.band, tone },
    camera: null,
    actions: actions.map(([command, key]) => ({ command, key, disabled: null })),
  };
}

const head = new SimulatedBench();
head.scan('RS:O:KW');
for (const digit of '1234') head.press(`DIGIT-${digit}`);
head.press('ENTER');
head.scan('4006381333931');
const unit = (() => {
  const { stage } = head.screen();
  if (stage.stage !== 'stick-number') throw new Error(`the simulated bench is at ${stage.stage}`);
  return stage.unit;
})();

const question: Stage = {
  stage: 'question',
  unit,
  texts: { en: 'Does it power on?' },
  hint: null,
  picture: null,
  number: 3,
  of: 8,
  ladder: [],
  choices: [choice('YES', 'Y'), choice('NO', 'N'), choice('PICK-3', '3')],
  chips: [
    { command: 'PICK-5', key: '5', finding: 'SCRATCHED', on: false },
    { command: 'MORE', key: '8', finding: null, on: false },
  ],
};
const signIn: Stage = {
  stage: 'sign-in',
  operator: { initials: 'KW', role: 'GRADER' },
  digits: 0,
  locked_seconds: null,
};
const pick: Stage = {
  stage: 'pick',
  ask: { code: 'ask-unexpected', args: {} },
  code: null,
  unit: null,
  choices: [choice('YES', 'Y'), choice('CANCEL', 'Esc')],
};
const idle: Stage = {
  stage: 'idle',
  today: { received: 0, dispositioned: 0, staged: 0, waiting: 0 },
  recent: [],
  parcel: null,
  labels_pending: 0,
};

test.each([
  ['y', 'YES'],
  ['N', 'NO'],
  ['1', 'YES'],
  ['2', 'NO'],
  ['3', 'PICK-3'],
  ['5', 'PICK-5'],
  ['8', 'MORE'],
  ['F4', 'PHOTO'],
  ['F5', 'REPRINT'],
  ['F6', 'OVERRIDE'],
  ['F7', 'CLOSE'],
  ['F8', 'HOLD'],
  ['F9', 'UNDO'],
  ['F12', 'LOG-OFF'],
  ['Enter', 'NEXT'],
])('at a question %s presses %s', (key, command) => {
  expect(keyEffect(key, screen(question))).toEqual({ do: 'press', command });
});

test('keys that mean nothing are left to the window', () => {
  expect(keyEffect('q', screen(question))).toBeNull();
  expect(keyEffect('9', screen(question))).toBeNull();
  expect(keyEffect('F3', screen(question))).toBeNull();
});

test('digits and Enter type the PIN', () => {
  expect(keyEffect('7', screen(signIn))).toEqual({ do: 'press', command: 'DIGIT-7' });
  expect(keyEffect('Enter', screen(signIn))).toEqual({ do: 'press', command: 'ENTER' });
  expect(keyEffect('Escape', screen(signIn))).toEqual({ do: 'press', command: 'CANCEL' });
});

test('a letter of an action presses it', () => {
  const at = screen(idle, 'ready', [['PARCEL-DONE', 'D']]);
  expect(keyEffect('d', at)).toEqual({ do: 'press', command: 'PARCEL-DONE' });
});

test('Esc reads an error first, then steps back', () => {
  const actions: [string, string][] = [['CANCEL', 'Esc']];
  expect(keyEffect('Escape', screen(question, 'rejected', actions))).toEqual({ do: 'acknowledge' });
  expect(keyEffect('Escape', screen(question, 'accepted', actions))).toEqual({
    do: 'press',
    command: 'CANCEL',
  });
  expect(keyEffect('Escape', screen(question, 'accepted'))).toEqual({ do: 'nothing' });
});

test('Esc answers a question of the bench at once', () => {
  expect(keyEffect('Escape', screen(pick, 'rejected'))).toEqual({ do: 'press', command: 'CANCEL' });
});

test('2 never means Cancel', () => {
  expect(keyEffect('2', screen(pick))).toBeNull();
});

test('a choice that cannot be taken now says so instead of pressing', () => {
  const blocked: Stage = {
    ...question,
    choices: [choice('YES', 'Y', { disabled: { code: 'serial-missing', args: {} } })],
  };
  expect(keyEffect('y', screen(blocked))).toEqual({ do: 'refuse', command: 'YES' });
  expect(keyEffect('1', screen(blocked))).toBeNull();
});

test('F2 opens the line to type a code, wherever the walk stands', () => {
  for (const stage of [signIn, idle, question, pick])
    expect(keyEffect('F2', screen(stage))).toEqual({ do: 'type' });
});
