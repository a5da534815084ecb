import { describe, expect, test } from 'vitest';
import type { Look } from './browser';
import { look } from './look';
import { takeSeat } from './seat';

// Camera, scale and makers' codes in the device room.
const seat = takeSeat();

const looks: Look[] = [
  { theme: 'light', language: 'en', width: 1280, height: 800 },
  { theme: 'dark', language: 'de', width: 1920, height: 1080 },
];

describe.each(looks)('$width × $height, $theme, $language', (at) => {
  test('a supervisor takes the empty mat, sets camera and scale up, and shows a maker’s codes', async () => {
    const person = await seat.sitDown(at);
    const { page } = person;
    const see = (name: string) => look(page, at, name);
    const small = (form: string) =>
      page.$$eval(`${form} :is(button, input:not([type=checkbox]), select)`, (parts) =>
        parts.filter((part) => part.getBoundingClientRect().height < 48).map((part) => part.outerHTML),
      );
    await person.signIn('TO');
    await page.keyboard.press('Alt+5');
    await page.waitForSelector('[data-verdict=glare][data-fine=false]');
    await page.waitForSelector('[data-verdict=sharpness][data-fine=true]');
    await page.waitForSelector('[data-testid=mat][data-taken=false]');
    await page.click('[data-testid=mat-take]');
    await page.waitForSelector('[data-testid=mat][data-taken=true]');
    await page.waitForSelector('[data-testid=scale-test][data-passed=true]');
    await see('60-lens-light-mat');

    await page.click('[data-testid=camera-set-up]');
    await page.waitForSelector('[data-testid=camera-form]');
    await see('61-camera-form');
    expect(await small('[data-testid=camera-form]')).toEqual([]);
    expect(await page.inputValue('#camera-password'), 'a password is never told back').toBe('');
    await page.fill('#camera-place', '10.20.4.60/video');
    await page.click('[data-testid=camera-save]');
    await page.waitForSelector('[data-testid=camera-form] [role=alert]');
    await see('62-camera-refused');
    await page.selectOption('#camera-kind', 'rtsp');
    await page.waitForSelector('#camera-hint b');
    await page.selectOption('#camera-kind', 'folder');
    await page.fill('#camera-place', '/srv/pictures');
    await page.click('[data-testid=camera-save]');
    await page.waitForSelector('[data-kind=camera] >> text="/srv/pictures"');

    await page.click('[data-testid=scale-set-up]');
    await page.waitForSelector('[data-testid=scale-form]');
    await page.selectOption('#scale-protocol', 'nci');
    await page.click('[data-port="/dev/ttyACM0"]');
    await see('63-scale-form');
    expect(await small('[data-testid=scale-form]')).toEqual([]);
    await page.click('[data-testid=scale-save]');
    // Bound by what it is; the port is only where it was found.
    await page.waitForSelector('[data-kind=scale] >> text="USB 05e0:1701 S22040523"');
    await page.click('[data-testid=scale-set-up]');
    await page.waitForSelector('[data-port="/dev/ttyACM0"] >> text=/scale/');
    await page.fill('#scale-path', '/dev/ttyS0');
    await page.click('[data-testid=scale-save]');
    await page.waitForSelector('[data-kind=scale] >> text="/dev/ttyS0"');
    await page.click('[data-testid=scale-remove]');
    await page.click('[data-testid=scale-remove]');
    await page.waitForSelector('[data-kind=scale]', { state: 'detached' });
    await page.waitForSelector('[data-testid=scale-add]');

    await page.click('[data-testid=makers-show]');
    await page.click('[data-maker=Honeywell]');
    await page.waitForSelector('[data-step=usb-serial] svg[aria-label="TRMUSB130."]');
    expect(await page.$$('[data-testid=makers] svg')).toHaveLength(1);
    await page.locator('[data-testid=makers-next]').scrollIntoViewIfNeeded();
    await see('64-makers');
    await page.click('[data-testid=makers-next]');
    await page.waitForSelector('[data-step=aim-identifiers]');
    expect(await page.$$('[data-testid=makers] svg'), 'no code is made up').toHaveLength(0);
    await page.click('[data-maker=Zebra]');
    await page.waitForSelector('[data-step=usb-serial] >> text=USB CDC Host');
    await see('65-maker-without-code');
    expect(person.complaints).toEqual([]);
  });
});
