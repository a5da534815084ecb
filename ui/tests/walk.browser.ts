import { describe, expect, test } from 'vitest';
import type { Look } from './browser';
import { look } from './look';
import { takeSeat } from './seat';

const seat = takeSeat();

const looks: Look[] = [
  { theme: 'light', language: 'en', width: 1366, height: 768 },
  { theme: 'light', language: 'de', width: 1366, height: 768 },
  { theme: 'contrast', language: 'en', width: 1366, height: 768 },
  { theme: 'dark', language: 'de', width: 1920, height: 1080 },
];

describe.each(looks)('$width × $height, $theme, $language', (at) => {
  test('a return from sign-in to done, by keyboard and scanner alone', async () => {
    const person = await seat.sitDown(at);
    const { page } = person;
    const see = (name: string) => look(person.page, at, name);

    await see('01-sign-in');
    await person.scan('RS:O:NOBODY');
    await person.band('badge-unknown');
    await person.scan('RS:O:KW');
    await person.band('badge-read');
    await page.keyboard.press('1');
    await page.waitForSelector('[data-testid=digits][data-count="1"]');
    await see('02-pin');
    await person.key('Escape', 'ready');
    await person.signIn('KW');
    expect(await page.getAttribute('[data-testid=operator]', 'data-initials')).toBe('KW');

    await person.scan('JJD014600003821');
    await person.band('rma-found');
    await see('03-parcel');
    await person.scan('9520123400149');
    await person.stage('pick');
    await see('04-not-expected');
    await person.key('Escape', 'cancelled');

    await person.scan('4006381333931');
    await person.stage('stick-number');
    const number = await person.number();
    await see('05-number');
    await person.scan('RS:U:041730392566');
    await person.band('wrong-number-label');
    await page.waitForSelector('[data-testid=compare]');
    await see('06-wrong-number');
    await person.scan(`RS:U:${number}`);
    await person.stage('question');

    // Answers: no swollen battery, the right product, it powers on; then a finding, and light marks.
    await person.key('n', 'answered');
    await person.key('1', 'answered');
    await person.key('5', 'finding-added');
    expect(await page.getAttribute('[data-finding=SCRATCHED]', 'aria-pressed')).toBe('true');
    await see('07-question');
    await person.key('Y', 'answered');
    await person.key('n', 'answered');
    await person.key('y', 'answered');
    await person.stage('photos');
    await see('08-photos');
    await person.key('F4', 'photo-taken');
    await person.key('F4', 'dispositioned');
    await person.stage('decision');
    expect(await page.getAttribute('[data-testid=decision]', 'data-disposition')).toBe('RESTOCK_B');
    await see('09-decision');

    await person.key('Enter', 'label-printed');
    await person.stage('stick-label');
    await see('10-label');
    await person.scan('RS:U:041730392566/1');
    await person.band('wrong-label');
    await see('11-wrong-label');
    await person.scan(`RS:U:${number}/1`);
    await person.stage('stow');
    await see('12-stow');
    await person.scan('RS:T:0219');
    await person.band('wrong-container');
    await person.scan('RS:T:0231');
    await person.stage('idle');
    await person.band('staged');
    expect(await page.getAttribute('[data-testid=band]', 'data-saved')).toBe('here');
    await page.waitForSelector('[data-testid=band][data-saved=sent]');
    await page.waitForSelector('[data-testid=unsent][data-count="0"]');
    await page.waitForSelector('[data-testid=recent] tr[data-saved=sent]');
    await see('13-done');

    await person.scan('SIM:OFFLINE');
    await page.waitForSelector('[data-testid=status][data-line=offline]');
    await person.scan('4006381333931');
    await person.key('F8', 'hold-set');
    await person.stage('held');
    await see('14-held');

    await page.keyboard.press('F1');
    await page.waitForSelector('[data-testid=help]');
    await see('15-help');
    await page.keyboard.press('Escape');
    await person.stage('held');
    await person.key('Enter', 'ready');
    await person.key('d', 'parcel-done');
    await person.key('F12', 'signed-out');
    await person.stage('sign-in');
    expect(person.complaints).toEqual([]);
  });

  test('the rooms of a supervisor', async () => {
    const person = await seat.sitDown(at);
    const { page } = person;
    const see = (name: string) => look(person.page, at, name);
    await person.signIn('TO');

    await page.keyboard.press('Alt+2');
    await page.waitForSelector('[data-testid=decide][data-blocked=""]');
    await see('20-review');
    await page.keyboard.press('c');
    await page.waitForSelector('[data-testid=change]');
    await see('21-change');
    await page.keyboard.press('Escape');
    await page.waitForSelector('[data-testid=decide]');
    await page.keyboard.press('h');
    await page.waitForSelector('[data-testid=hold]');
    await see('22-hold');
    await page.keyboard.press('Escape');
    await page.waitForSelector('[data-testid=decide]');
    await page.keyboard.press('j');
    await page.waitForSelector('[data-testid=decide][data-blocked=own-grading]');
    await see('23-own');
    // Blocked means blocked: A does nothing to a unit that one graded oneself.
    await page.keyboard.press('a');
    await page.keyboard.press('k');
    await page.waitForSelector('[data-testid=decide][data-blocked=""]');
    expect(await page.getAttribute('[data-testid=review]', 'data-rows')).toBe('5');
    await page.keyboard.press('a');
    await page.waitForSelector('[data-testid=review][data-rows="4"]');

    await page.keyboard.press('Alt+3');
    await page.fill('#query', 'orra');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.found');
    await see('24-find');
    await page.keyboard.press('Alt+4');
    await page.waitForSelector('[data-testid=sync] [data-lane=events]');
    await see('25-sync');
    await page.keyboard.press('Alt+5');
    await page.waitForSelector('[data-testid=devices-room] [data-kind=printer]');
    await see('26-devices');
    await page.keyboard.press('Alt+6');
    await page.waitForSelector('[data-testid=settings]');
    await see('27-settings');
    await page.keyboard.press('Escape');
    await person.stage('idle');
    expect(person.complaints).toEqual([]);
  });
});

const plain: Look = { theme: 'light', language: 'en', width: 1366, height: 768 };

test('a code typed by hand: F2, one line in the action bar, Enter', async () => {
  const person = await seat.sitDown(plain);
  const { page } = person;
  await page.keyboard.press('F2');
  await page.waitForSelector('[data-testid=typed]:focus');
  await page.keyboard.type('RS:O:KW', { delay: 70 });
  expect(await page.inputValue('[data-testid=typed]')).toBe('RS:O:KW');
  await page.keyboard.press('Enter');
  await person.band('badge-read');
  expect(await page.$('[data-testid=typed]')).toBeNull();
});

test('a scan wins over focus: it closes the typed line and leaves nothing in it', async () => {
  const person = await seat.sitDown(plain);
  const { page } = person;
  await page.keyboard.press('F2');
  await page.waitForSelector('[data-testid=typed]:focus');
  await person.scan('RS:O:KW');
  await person.band('badge-read');
  await page.waitForSelector('[data-testid=typed]', { state: 'detached' });
});

test('a scan in a room brings the bench to the front', async () => {
  const person = await seat.sitDown(plain);
  const { page } = person;
  await person.signIn('TO');
  await page.keyboard.press('Alt+3');
  await page.waitForSelector('#query:focus');
  await person.scan('4006381333931');
  await person.stage('stick-number');
});

test('every step by touch alone, and a touched button keeps no Enter', async () => {
  const person = await seat.sitDown(plain);
  const { page } = person;
  const touch = (command: string) => page.click(`[data-command="${command}"]`);
  await person.scan('RS:O:KW');
  await person.band('badge-read');
  for (const digit of '1234') await touch(`DIGIT-${digit}`);
  await touch('ENTER');
  await person.stage('idle');
  await person.scan('4006381333931');
  await person.stage('stick-number');
  await person.scan(`RS:U:${await person.number()}`);
  await person.stage('question');
  await touch('NO');
  await page.waitForSelector('h1[data-number="2"]');
  await page.keyboard.press('Enter');
  await person.band('command-not-now');
  expect(await page.getAttribute('h1', 'data-number')).toBe('2');
  await touch('YES');
  await page.waitForSelector('h1[data-number="3"]');
});

test('settings outlive the window', async () => {
  const context = await seat.browser.newContext();
  const page = await context.newPage();
  await page.goto(seat.url);
  await page.waitForSelector('[data-testid=stage]');
  await page.keyboard.press('Alt+6');
  await page.click('[data-language=de]');
  await page.click('[data-theme-choice=dark]');
  await page.reload();
  await page.waitForSelector('[data-testid=stage]');
  expect(await page.getAttribute('html', 'lang')).toBe('de');
  expect(await page.getAttribute('html', 'data-theme')).toBe('dark');
});

test('the band blinks on a scan, and not for who wants no motion', async () => {
  for (const reducedMotion of ['no-preference', 'reduce'] as const) {
    const context = await seat.browser.newContext({ reducedMotion });
    const page = await context.newPage();
    await page.goto(seat.url);
    await page.waitForSelector('[data-testid=band]');
    const motion = await page.$eval('[data-testid=band]', (band) => getComputedStyle(band).animationDuration);
    const name = await page.$eval('[data-testid=band]', (band) => getComputedStyle(band).animationName);
    if (reducedMotion === 'reduce') expect(name).toBe('none');
    else expect([name.includes('blink'), motion]).toEqual([true, '0.12s']);
  }
});
