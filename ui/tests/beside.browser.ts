import { describe, expect, test } from 'vitest';
import type { Look } from './browser';
import { look } from './look';
import { takeSeat } from './seat';

// What a code says beside its meaning: told in the band, for this scan alone.
const seat = takeSeat();

const looks: Look[] = [
  { theme: 'light', language: 'en', width: 1280, height: 800 },
  { theme: 'contrast', language: 'de', width: 1280, height: 800 },
];

describe.each(looks)('$width × $height, $theme, $language', (at) => {
  test('identifiers that do not go together, and where a label sends the parcel', async () => {
    const person = await seat.sitDown(at);
    const { page } = person;
    const see = (name: string) => look(page, at, name);
    const besides = (code: string) =>
      page.waitForSelector(`[data-testid=beside][data-code=${code}]`).then((line) => line.innerText());
    await person.signIn('KW');

    await person.scan(']C110LOT-7');
    await person.band('scan-not-expected');
    const or = at.language === 'de' ? 'oder' : 'or';
    expect(await besides('gs1-alone')).toContain(`(01), (02), (03), (8006) ${or} (8026)`);
    await see('80-identifier-alone');
    await page.keyboard.press('Escape');
    await person.band('ready');
    expect(await page.$('[data-testid=beside]')).toBeNull();

    await person.scan('1Z06X6100100004951');
    await person.band('rma-found');
    expect(await besides('scan-routing')).toContain('152382802');
    await see('81-routing');

    await person.scan(']C101040063813339313712');
    await person.stage('stick-number');
    const told = await besides('gs1-pair');
    expect(told).toContain('(01) GTIN');
    expect(told).toContain('(37) COUNT');
    // The whole of it can be read: nothing is cut at its end.
    const cut = await page.$$eval('[data-testid=beside], [data-testid=beside] span', (parts) =>
      parts.filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => part.textContent),
    );
    expect(cut).toEqual([]);
    await see('82-identifiers-at-odds');
    expect(person.complaints).toEqual([]);
  });
});
