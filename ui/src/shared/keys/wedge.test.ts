import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Wedge } from './wedge';

let at = 0;
let heard: string[] = [];
let wedge: Wedge;

beforeEach(() => {
  vi.useFakeTimers();
  at = 1000;
  heard = [];
  wedge = new Wedge(
    { scan: (text) => heard.push(`scan ${text}`), typed: (key) => heard.push(`key ${key}`) },
    () => Date.now(),
  );
});
afterEach(() => vi.useRealTimers());

function press(key: string, after_ms: number, ctrl = false): boolean {
  at += after_ms;
  return wedge.hear({ key, at, alt: false, ctrl, meta: false });
}

function burst(text: string, gap_ms: number): void {
  for (const key of text) press(key, gap_ms);
}

test('a fast burst that ends with Enter is one scan, and the page sees none of it', () => {
  burst('RS:C:YES', 4);
  expect(press('Enter', 4)).toBe(true);
  vi.runAllTimers();
  expect(heard).toEqual(['scan RS:C:YES']);
});

test('a slow scanner, 30 ms between keys, is still a scanner', () => {
  burst('4006381333931', 30);
  press('Enter', 90);
  expect(heard).toEqual(['scan 4006381333931']);
});

test('a person typing is handed on key by key', () => {
  press('Y', 0);
  vi.advanceTimersByTime(80);
  press('1', 200);
  vi.advanceTimersByTime(80);
  expect(heard).toEqual(['key Y', 'key 1']);
});

test('two keys rolled fast by a person come in order', () => {
  burst('12', 20);
  vi.advanceTimersByTime(80);
  expect(heard).toEqual(['key 1', 'key 2']);
});

test('a PIN typed fast and Enter is no scan', () => {
  burst('1234', 10);
  expect(press('Enter', 10)).toBe(false);
  expect(heard).toEqual(['key 1', 'key 2', 'key 3', 'key 4']);
});

test('half a scan without its Enter answers nothing', () => {
  burst('RS:C:YES', 4);
  vi.runAllTimers();
  expect(heard).toEqual([]);
});

test('the separator of GS1 is kept', () => {
  burst('10ABC123', 4);
  press(']', 4, true);
  burst('21X', 4);
  press('Enter', 4);
  expect(heard).toEqual(['scan 10ABC123\u001d21X']);
});

test('capitals: the shift key between characters breaks nothing', () => {
  for (const key of 'RS:U:1') {
    expect(press('Shift', 1)).toBe(false);
    press(key, 2);
  }
  press('Enter', 2);
  expect(heard).toEqual(['scan RS:U:1']);
});

test('a function key lets what was typed go first', () => {
  press('1', 0);
  expect(press('F9', 10)).toBe(false);
  expect(heard).toEqual(['key 1']);
});

test('a busy page that hears late still hears a scan', () => {
  burst('RS:C', 5);
  // The page was busy: its timer runs long after it was due, before the keys that wait.
  vi.setSystemTime(Date.now() + 400);
  vi.advanceTimersToNextTimer();
  burst(':NO', 5);
  press('Enter', 5);
  expect(heard).toEqual(['scan RS:C:NO']);
});

test('a scanner that ends with Tab moves no focus', () => {
  burst('4006381333931', 5);
  expect(press('Tab', 5)).toBe(true);
  expect(heard).toEqual(['scan 4006381333931']);
});

test('Tab after a few typed keys is the page’s own', () => {
  burst('12', 20);
  expect(press('Tab', 20)).toBe(false);
  expect(heard).toEqual(['key 1', 'key 2']);
});

test('a key held down is a person, however fast it repeats, and none of it is lost', () => {
  press('x', 0);
  vi.advanceTimersByTime(80);
  at += 400;
  for (let n = 0; n < 12; n += 1) {
    at += 30;
    expect(wedge.hear({ key: 'x', at, alt: false, ctrl: false, meta: false, repeat: true })).toBe(false);
  }
  expect(press('Enter', 30)).toBe(false);
  expect(heard).toEqual(['key x']);
});

/** A source of numbers that is the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])('scans and typing mixed at random are told apart (%i)', (seed) => {
  const next = numbers(seed);
  const expected: string[] = [];
  for (let n = 0; n < 60; n += 1) {
    if (next() < 0.5) {
      const text = `RS:U:${Math.floor(next() * 1e12)}`;
      burst(text, 2 + Math.floor(next() * 28));
      press('Enter', 5 + Math.floor(next() * 60));
      expected.push(`scan ${text}`);
    } else {
      // A quick typist: 70 ms and more between keys, two of them sometimes rolled.
      const rolled = next() < 0.3;
      press('a', 200);
      if (rolled) press('b', 25);
      vi.advanceTimersByTime(120);
      expected.push('key a', ...(rolled ? ['key b'] : []));
    }
    at += 300;
    vi.advanceTimersByTime(300);
  }
  expect(heard).toEqual(expected);
});
