import type { Choice, Screen, Stage } from '../../platform/types';

/** What a key does at the bench. */
export type KeyEffect =
  | { do: 'press'; command: string }
  | { do: 'refuse'; command: string }
  | { do: 'acknowledge' }
  | { do: 'type' }
  | { do: 'nothing' };

// The printed sheet's function keys (screens/README.md "Keys and codes"). F1 and F2 belong to the window.
const functionKeys: Record<string, string> = {
  F4: 'PHOTO',
  F5: 'REPRINT',
  F6: 'OVERRIDE',
  F7: 'CLOSE',
  F8: 'HOLD',
  F9: 'UNDO',
  F12: 'LOG-OFF',
};

/** Choices of a stage, and none where it has none. */
export function choicesOf(stage: Stage): Choice[] {
  if (stage.stage === 'work') return stage.work.choices;
  return 'choices' in stage ? stage.choices : [];
}

/** What a key does on this screen; `null` where it is not the bench's. */
export function keyEffect(key: string, screen: Screen): KeyEffect | null {
  if (key === 'F2') return { do: 'type' };
  const { stage } = screen;
  if (stage.stage === 'sign-in') return signInKey(key, screen);
  // An error is read first; what Esc does else comes after. A question of the bench is answered by Esc at once.
  if (key === 'Escape' && stuck(screen) && stage.stage !== 'pick') return { do: 'acknowledge' };
  const chosen = choiceFor(key, choicesOf(stage));
  if (chosen !== undefined) {
    return { do: chosen.disabled === null ? 'press' : 'refuse', command: chosen.command };
  }
  if (stage.stage === 'question') {
    const chip = stage.chips.find((c) => same(c.key, key));
    if (chip !== undefined) return { do: 'press', command: chip.command };
  }
  const action = actionFor(key, screen);
  if (action !== null) return action;
  const nth = nthChoice(key, stage);
  if (nth !== undefined) return { do: 'press', command: nth.command };
  const command = functionKeys[key];
  if (command !== undefined) return { do: 'press', command };
  // What nothing on the screen waits for still reaches the bench, which says why not.
  if (key === 'Enter') return { do: 'press', command: 'NEXT' };
  return key === 'Escape' ? { do: 'nothing' } : null;
}

function signInKey(key: string, screen: Screen): KeyEffect | null {
  if (/^[0-9]$/.test(key)) return { do: 'press', command: `DIGIT-${key}` };
  if (key === 'Enter') return { do: 'press', command: 'ENTER' };
  if (key === 'Escape') return stuck(screen) ? { do: 'acknowledge' } : { do: 'press', command: 'CANCEL' };
  return actionFor(key, screen);
}

function choiceFor(key: string, choices: Choice[]): Choice | undefined {
  const byKey = choices.find((choice) => same(choice.key, key));
  if (byKey !== undefined) return byKey;
  const words: Record<string, string> = { y: 'YES', n: 'NO', enter: 'NEXT', escape: 'CANCEL' };
  const command = words[key.toLowerCase()] ?? functionKeys[key];
  return command === undefined ? undefined : choices.find((choice) => choice.command === command);
}

/** 1 is the first answer also where its cap says Y. */
function nthChoice(key: string, stage: Stage): Choice | undefined {
  if (!/^[1-9]$/.test(key)) return undefined;
  const chosen = choicesOf(stage)[Number(key) - 1];
  return chosen?.disabled === null && chosen.command !== 'CANCEL' ? chosen : undefined;
}

function actionFor(key: string, screen: Screen): KeyEffect | null {
  const strip = screen.camera?.action ?? null;
  const actions = strip === null ? screen.actions : [...screen.actions, strip];
  const action = actions.find((one) => same(one.key, key));
  if (action === undefined) return null;
  return { do: action.disabled === null ? 'press' : 'refuse', command: action.command };
}

/** A key as pressed against a key as printed on its cap. */
function same(cap: string, key: string): boolean {
  return cap.toLowerCase() === (key === 'Escape' ? 'esc' : key.toLowerCase());
}

/** An error stands in the band until it is acknowledged. */
function stuck(screen: Screen): boolean {
  return screen.band.tone === 'rejected';
}
