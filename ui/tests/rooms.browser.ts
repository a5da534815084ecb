import { describe, expect, test } from 'vitest';
import type { Person, Look } from './browser';
import { look } from './look';
import { takeSeat } from './seat';

// What a good grader's station adds: arrivals, bench work, containers, the review's further steps, figures.
const seat = takeSeat();

const looks: Look[] = [
  { theme: 'light', language: 'en', width: 1280, height: 800 },
  { theme: 'light', language: 'de', width: 1366, height: 768 },
  { theme: 'contrast', language: 'de', width: 1280, height: 800 },
  { theme: 'dark', language: 'en', width: 1920, height: 1080 },
];

/** Moves to a row of the review queue by J. */
async function unit(person: Person, name: string): Promise<void> {
  const { page } = person;
  await page.waitForSelector('tr.on[data-unit]');
  while ((await page.getAttribute('tr.on[data-unit]', 'data-unit')) !== name) {
    const before = await page.getAttribute('tr.on[data-unit]', 'data-unit');
    await page.keyboard.press('j');
    await page.waitForSelector(`tr.on[data-unit]:not([data-unit="${before}"])`);
  }
  await page.waitForSelector('[data-testid=decide]');
}

describe.each(looks)('$width × $height, $theme, $language', (at) => {
  test('arrivals, work on a unit, and a container at the bench', async () => {
    const person = await seat.sitDown(at);
    const { page } = person;
    const see = (name: string) => look(person.page, at, name);
    await person.signIn('KW');
    await page.keyboard.press('a');
    await person.stage('arrivals');
    await person.scan('JJD014600003821');
    await person.band('parcel-arrived');
    await person.scan('1Z999AA10123456784');
    await page.waitForSelector('[data-testid=arrived-today] >> text="2"');
    await person.scan('1Z999AA10123456784');
    await person.band('parcel-again');
    expect(await page.getAttribute('[data-testid=arrived] tr', 'data-again')).toBe('true');
    await see('30-arrivals');
    await page.keyboard.press('a');
    await person.stage('idle');

    await person.scan('SIM:WORK');
    await person.stage('work');
    await see('31-work');
    await page.keyboard.press('1');
    await page.waitForSelector('[data-testid=work]:not([data-since=""])');
    await see('32-worked');
    await page.keyboard.press('1');
    await person.stage('question');
    await page.waitForSelector('[data-testid=how][data-picture=battery-swollen]');
    expect(
      await page.$eval('[data-testid=how]', (picture) => (picture as HTMLImageElement).naturalWidth),
    ).toBeGreaterThan(0);
    await see('33-picture');
    await page.keyboard.press('F9');
    await page.keyboard.press('F8');
    await person.stage('held');
    await person.key('Enter', 'ready');

    await person.scan('RS:T:0219');
    await person.stage('container');
    await see('34-container');
    // What may not leave keeps the container open: the key says why and asks nothing of the bench.
    await page.keyboard.press('F7');
    await page.waitForSelector('.why');
    await page.keyboard.press('Escape');
    await person.stage('idle');
    await person.scan('RS:T:0231');
    await person.stage('container');
    await person.key('F7', 'container-closed');
    expect(person.complaints).toEqual([]);
  });

  test('the review: what does not fit, two decisions, and all further steps', async () => {
    const person = await seat.sitDown(at);
    const { page } = person;
    const see = (name: string) => look(person.page, at, name);
    await person.signIn('TO');
    await page.keyboard.press('Alt+2');
    await unit(person, 'd');
    await page.waitForSelector('[data-testid=signals][data-count="2"]');
    await see('40-signals');
    const sheets: [key: string, testid: string][] = [
      ['o', 'steps'],
      ['m', 'match'],
      ['r', 'claim'],
      ['d', 'disposition'],
      ['p', 'provisional'],
      ['n', 'note'],
      ['e', 'amend'],
      ['l', 'labels'],
      ['v', 'void'],
      ['f', 'tasks'],
      ['w', 'pack'],
    ];
    for (const [key, name] of sheets) {
      await page.keyboard.press(key);
      await page.waitForSelector(`[data-testid=${name}]`);
      if (name === 'match') await page.waitForSelector('[data-testid=match][data-count="3"]');
      if (name === 'pack') await page.waitForSelector('[data-testid=pack]:not([data-path=""])');
      await see(`41-${name}`);
      await page.keyboard.press('Escape');
      await page.waitForSelector('[data-testid=decide]');
    }
    await page.keyboard.press('x');
    await page.waitForSelector('[data-testid=explain][data-rows="2"]');
    await page.click('[data-filter=almost]');
    await page.waitForSelector('[data-testid=explain][data-rows="5"]');
    await see('42-explain');
    await page.click('[data-filter=all]');
    await page.waitForSelector('[data-testid=explain][data-rows="8"]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('[data-testid=decide]');

    await page.keyboard.press('t');
    await page.waitForSelector('[data-testid=contest]');
    await page.click('[data-event=e2]');
    await see('43-contest');
    await page.click('[data-testid=contest] button.main');
    await page.waitForSelector('[data-alert=contest]', { state: 'detached' });
    // Settled is settled: the key finds nothing to do.
    await page.keyboard.press('t');
    await page.waitForSelector('[data-testid=decide]');
    expect(await page.$('[data-testid=contest]')).toBeNull();
    expect(person.complaints).toEqual([]);
  });

  test('a blind second inspection by keys, and both grades only afterwards', async () => {
    const person = await seat.sitDown(at);
    const { page } = person;
    const see = (name: string) => look(person.page, at, name);
    await person.signIn('KW');
    await page.keyboard.press('Alt+2');
    await unit(person, 'e');
    await page.waitForSelector('[data-alert=blind]');
    await see('50-drawn');
    await page.keyboard.press('b');
    await page.waitForSelector('[data-testid=blind][data-question=question-1]');
    expect(await page.$('[data-testid=review]')).toBeNull();
    expect(await page.$('[data-testid=blind] .gm, [data-testid=blind] .grade')).toBeNull();
    await see('51-blind');
    const settled = (n: number) =>
      page.waitForSelector(`[data-testid=blind][data-answers="${n}"][data-busy=false]`);
    await page.keyboard.press('n');
    await settled(1);
    await page.keyboard.press('1');
    await settled(2);
    await page.keyboard.press('F9');
    await settled(1);
    await page.keyboard.press('y');
    await settled(2);
    // Stepping back loses no answer.
    await page.keyboard.press('Escape');
    await page.waitForSelector('[data-testid=review]');
    await page.waitForSelector('[data-testid=decide]');
    await page.keyboard.press('b');
    await settled(2);
    await page.click('[data-finding=SCRATCHED]');
    await page.keyboard.press('n');
    await page.waitForSelector('[data-testid=blind-record]:not([disabled])');
    expect(await page.$('[data-testid=blind-result]')).toBeNull();
    await see('52-complete');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-testid=blind-result][data-saved=true]');
    await see('53-both');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-testid=review] [data-testid=blind-result]');
    expect(await page.$('[data-alert=blind]')).toBeNull();
    expect(person.complaints).toEqual([]);
  });

  test('containers: look, close, print, ship', async () => {
    const person = await seat.sitDown(at);
    const { page } = person;
    const see = (name: string) => look(person.page, at, name);
    await person.signIn('TO');
    await page.keyboard.press('Alt+8');
    await page.waitForSelector('[data-testid=containers][data-rows="4"]');
    await page.waitForSelector('[data-testid=container-units][data-count="3"]');
    await see('60-containers');
    await page.keyboard.press('p');
    await page.waitForSelector('[data-testid=printed]');
    await page.keyboard.press('c');
    await page.waitForSelector('tr.on[data-state=CLOSED]');
    await page.keyboard.press('s');
    await page.waitForSelector('[data-testid=ship]');
    await page.keyboard.type('1Z999', { delay: 70 });
    await see('61-ship');
    await page.click('[data-testid=ship] button.main');
    await page.waitForSelector('[data-testid=containers][data-rows="3"]');
    await page.waitForSelector('tr.on[data-container="T-0219"]');
    await page.waitForSelector('[data-code=units-blocked]');
    await see('62-blocked');
    await page.keyboard.press('c');
    expect(await page.getAttribute('tr.on', 'data-state')).toBe('OPEN');
    expect(person.complaints).toEqual([]);
  });

  test('insights: every figure as a table, the drawing, days, CSV', async () => {
    const person = await seat.sitDown(at);
    const { page } = person;
    const see = (name: string) => look(person.page, at, name);
    await person.signIn('TO');
    await page.keyboard.press('Alt+9');
    await page.waitForSelector('[data-testid=open-units][data-rows="5"]');
    await see('70-open-units');
    const lost = await page.textContent('[data-testid=lost-since]');
    await expect.poll(() => page.textContent('[data-testid=lost-since]')).not.toBe(lost);

    const drawn: [name: string, kind: string | null][] = [
      ['reason-by-finding', 'heat'],
      ['dispositions', 'bars'],
      ['recovery', 'bars'],
      ['dock-to-disposition', 'bars'],
      ['units-per-hour', 'bars'],
      ['no-fault-found', 'bars'],
      ['agreement-by-grader', 'bars'],
      ['agreement-by-question', 'bars'],
      ['diversion', 'bars'],
      ['avoidable-reasons', null],
    ];
    for (const [name, kind] of drawn) {
      await page.keyboard.press('j');
      await page.waitForSelector(`[data-testid=insights][data-page=${name}]`);
      if (kind === null) {
        await page.waitForSelector('[data-testid=insight-empty]');
      } else {
        await page.waitForSelector('[data-testid=insight-table] tbody tr');
        await page.waitForSelector(`[data-testid=drawing][data-kind=${kind}] svg`);
      }
      await see(`71-${name}`);
    }
    await page.click('[data-insight=reason-by-finding]');
    await page.waitForSelector('[data-testid=insight-units][data-units="499"]');
    await page.click('[data-stretch=all]');
    await page.waitForSelector('[data-testid=insight-units][data-units="1304"]');
    await page.click('[data-stretch=own]');
    await page.fill('#from', '2026-11-20');
    await page.fill('#until', '2026-11-10');
    await page.waitForSelector('.empty[role=alert]');
    await see('72-turned');
    await page.click('[data-stretch=week]');
    await page.click('[data-testid=copy-csv]');
    await page.waitForSelector('[data-testid=copied], #csv');
    expect(person.complaints).toEqual([]);
  });
});
