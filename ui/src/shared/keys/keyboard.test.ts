import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Keyboard } from './keyboard';

let scans: string[] = [];
let keys: string[] = [];
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  scans = [];
  keys = [];
  document.body.innerHTML = '<input id="field" type="text"><button id="button">Yes</button>';
  const keyboard = new Keyboard((text) => scans.push(text));
  keyboard.hear((key) => {
    keys.push(key);
    return true;
  });
  stop = keyboard.start();
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

function press(key: string, target: Element = document.body, gap_ms = 5): KeyboardEvent {
  vi.advanceTimersByTime(gap_ms);
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
  Object.defineProperty(event, 'timeStamp', { value: performance.now() });
  target.dispatchEvent(event);
  return event;
}

const field = () => document.querySelector<HTMLInputElement>('#field') ?? new HTMLInputElement();
const button = () => document.querySelector<HTMLButtonElement>('#button') ?? new HTMLButtonElement();

test('a scan wins over focus: nothing of it reaches the field', () => {
  field().focus();
  for (const key of 'RS:O:KW') press(key, field());
  const enter = press('Enter', field());
  vi.runAllTimers();
  expect(scans).toEqual(['RS:O:KW']);
  expect(field().value).toBe('');
  expect(enter.defaultPrevented).toBe(true);
  expect(keys).toEqual([]);
});

test('what a person types stays in the field and presses nothing', () => {
  field().focus();
  press('R', field());
  vi.advanceTimersByTime(100);
  press('S', field());
  vi.advanceTimersByTime(100);
  expect(field().value).toBe('RS');
  expect(keys).toEqual([]);
});

test('Enter in a field and on a button is theirs', () => {
  field().focus();
  expect(press('Enter', field()).defaultPrevented).toBe(false);
  expect(press('Enter', button()).defaultPrevented).toBe(false);
  expect(keys).toEqual([]);
});

test('function keys and Escape reach the room from a field', () => {
  field().focus();
  press('F9', field());
  press('Escape', field());
  expect(keys).toEqual(['F9', 'Escape']);
});

test('space on a focused button clicks it once', () => {
  const clicked = vi.fn();
  button().addEventListener('click', clicked);
  button().focus();
  press(' ', button());
  vi.advanceTimersByTime(100);
  expect(clicked).toHaveBeenCalledTimes(1);
});

test('a key held down answers once', () => {
  press('F4');
  const repeat = new KeyboardEvent('keydown', { key: 'F4', repeat: true, bubbles: true });
  document.body.dispatchEvent(repeat);
  expect(keys).toEqual(['F4']);
});

test('the newest ear hears first and can be taken away', () => {
  const seen: string[] = [];
  stop();
  const keyboard = new Keyboard(() => undefined);
  keyboard.hear(() => seen.push('room') > 0);
  const leave = keyboard.hear(() => seen.push('dialog') > 0);
  stop = keyboard.start();
  press('F9');
  leave();
  press('F9');
  expect(seen).toEqual(['dialog', 'room']);
});
