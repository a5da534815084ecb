import { expect, test } from 'vitest';
import type { Look } from './browser';
import { look } from './look';
import { takeSeat } from './seat';

// The review room shows small pictures, and the whole one where somebody wants to see.
const seat = takeSeat();
const at: Look = { theme: 'light', language: 'de', width: 1280, height: 800 };

test('photos are small until they are tapped', async () => {
  const person = await seat.sitDown(at);
  const { page } = person;
  const small = () =>
    page.$$eval('.evidence img', (all) => all.map((one) => (one as HTMLImageElement).src.endsWith('#small')));
  await person.signIn('TO');
  await page.keyboard.press('Alt+2');
  await page.waitForSelector('.evidence .pair img');
  const first = await small();
  expect(first.length).toBeGreaterThan(0);
  expect(first.every((one) => one)).toBe(true);
  await look(page, at, '83-photos');
  await page.click('.evidence .ph');
  await page.waitForSelector('.evidence .pair.one');
  expect(await small()).toEqual([false]);
  await look(page, at, '84-photo');
  await page.click('.evidence .ph');
  await page.waitForSelector('.evidence .pair:not(.one)');
  expect(await small()).toEqual(first);
  expect(person.complaints).toEqual([]);
});
