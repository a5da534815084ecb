import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

export const chromium_path = process.env.CHROMIUM ?? '/usr/bin/chromium';

const folder = path.resolve(import.meta.dirname, '../test-results/simulated');
const kinds: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
// The same rules that the desktop window sets: what breaks them breaks the window.
const policy =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; font-src 'self'; connect-src 'self'";

/** Answers with a file of the page that has the simulated bench in it. */
export async function pageFile(place: string, response: ServerResponse): Promise<void> {
  const file = path.join(folder, place === '/' ? 'index.html' : path.normalize(place));
  try {
    const bytes = await readFile(file);
    response.writeHead(200, {
      'content-type': kinds[path.extname(file)] ?? 'application/octet-stream',
      'content-security-policy': policy,
    });
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}

/** The page with the simulated bench, served on loopback. */
export async function servePage(): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    void pageFile(new URL(request.url ?? '/', 'http://page').pathname, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromium_path,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--force-color-profile=srgb'],
  });
}

export interface Look {
  theme: 'light' | 'dark' | 'contrast';
  language: 'en' | 'de';
  width: number;
  height: number;
}

/** A person at the simulated bench, with a keyboard and a scanner that types. */
export class Person {
  /** What the page complained about: none of it is allowed. */
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {}

  static async sitDown(browser: Browser, url: string, look: Look): Promise<Person> {
    const context = await browser.newContext({ viewport: { width: look.width, height: look.height } });
    const page = await context.newPage();
    const person = new Person(page);
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') person.complaints.push(message.text());
    });
    page.on('pageerror', (error) => person.complaints.push(error.message));
    await page.addInitScript(
      ([theme, language]) =>
        localStorage.setItem('returns-station.settings', JSON.stringify({ theme, language })),
      [look.theme, look.language],
    );
    await page.goto(url);
    await person.stage('sign-in');
    return person;
  }

  /** A scan: the scanner types fast and ends with Enter. As one step in the page, or a busy machine types slowly. */
  async scan(text: string): Promise<void> {
    await this.page.evaluate((typed) => {
      for (const key of [...typed, 'Enter']) {
        const target = document.activeElement ?? document.body;
        target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      }
    }, text);
  }

  /** Waits until the walk stands at a stage. */
  async stage(name: string): Promise<void> {
    await this.page.waitForSelector(`[data-testid=stage][data-stage=${name}]`);
  }

  /** Waits until the band says a code. */
  async band(code: string): Promise<void> {
    await this.page.waitForSelector(`[data-testid=band][data-code=${code}]`);
  }

  /** Presses a key and waits until the band says what came of it. */
  async key(key: string, code: string): Promise<void> {
    const blink = await this.blink();
    await this.page.keyboard.press(key);
    await this.page.waitForSelector(`[data-testid=band][data-code=${code}]:not([data-blink="${blink}"])`);
  }

  async blink(): Promise<string> {
    return (await this.page.getAttribute('[data-testid=band]', 'data-blink')) ?? '';
  }

  /** The number on the label that is shown. */
  async number(): Promise<string> {
    return ((await this.page.getAttribute('[data-testid=label]', 'data-lpn')) ?? '').replaceAll('-', '');
  }

  async signIn(badge: string): Promise<void> {
    await this.scan(`RS:O:${badge}`);
    await this.band('badge-read');
    for (const [i, digit] of [...'1234'].entries()) {
      await this.page.keyboard.press(digit);
      await this.page.waitForSelector(`[data-testid=digits][data-count="${i + 1}"]`);
    }
    await this.page.keyboard.press('Enter');
    await this.stage('idle');
  }
}
