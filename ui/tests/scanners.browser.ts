import { describe, expect, test } from 'vitest';
import type { Look } from './browser';
import { look } from './look';
import { takeSeat } from './seat';

// The scanners of the device room: what is plugged in, one more, one set up anew, what really arrives.
const seat = takeSeat();

const looks: Look[] = [
  { theme: 'light', language: 'en', width: 1280, height: 800 },
  { theme: 'contrast', language: 'de', width: 1280, height: 800 },
];

describe.each(looks)('$width × $height, $theme, $language', (at) => {
  test('a supervisor adds a scanner, sees its bytes, and removes it', async () => {
    const person = await seat.sitDown(at);
    const { page } = person;
    const see = (name: string) => look(page, at, name);
    await person.signIn('TO');
    await page.keyboard.press('Alt+5');
    await page.waitForSelector('[data-testid=devices-room] [data-kind=scanner]');
    await page.click('[data-kind=scanner] [data-testid=scanner-raw-show]');
    await page.waitForSelector('[data-testid=scanner-raw] >> text="]C10109520123400149␝21X7␍"');
    await see('50-scanner-raw');

    await page.click('[data-testid=scanner-add]');
    await page.waitForSelector('[data-testid=scanner-form]');
    await page.click('[data-port="/dev/ttyACM1"]');
    await page.selectOption('#scanner-choice-protocol', 'ssi');
    await see('51-scanner-form');
    const small = await page.$$eval('[data-testid=scanner-form] :is(button, input, select)', (parts) =>
      parts.filter((part) => part.getBoundingClientRect().height < 48).map((part) => part.outerHTML),
    );
    expect(small).toEqual([]);
    await page.click('[data-testid=scanner-save]');
    await page.waitForSelector('[data-device=scanner-1] >> text="USB 1eab:1d06 @1-2.1"');
    await see('52-two-scanners');

    // A scan wins over focus: nothing of it is typed into the field.
    await page.click('[data-device=scanner] [data-testid=scanner-edit]');
    await page.focus('#scanner-typed');
    const before = await page.inputValue('#scanner-typed');
    await person.scan('4006381333931');
    await page.waitForTimeout(150);
    if (await page.isVisible('#scanner-typed')) {
      expect(await page.inputValue('#scanner-typed')).toBe(before);
    }
    await page.keyboard.press('Alt+5');
    await page.waitForSelector('[data-testid=devices-room]');
    if (await page.isVisible('[data-testid=scanner-form]')) {
      await page.click('[data-testid=scanner-cancel]');
    }
    await page.click('[data-device=scanner-1] [data-testid=scanner-remove]');
    await page.click('[data-device=scanner-1] [data-testid=scanner-remove]');
    await page.waitForSelector('[data-device=scanner-1]', { state: 'detached' });
    expect(person.complaints).toEqual([]);
  });
});
