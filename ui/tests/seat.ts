import type { Server } from 'node:http';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { Person, servePage, startBrowser, type Look } from './browser';

/** A browser with the page of the simulated bench, for the tests of one file. */
export interface Seat {
  browser: Browser;
  url: string;
  sitDown(look: Look): Promise<Person>;
}

/** Opens the page before a file's tests and closes it behind them; what one test opened is closed after it. */
export function takeSeat(): Seat {
  let server: Server;
  const seat = {
    sitDown: (look: Look) => Person.sitDown(seat.browser, seat.url, look),
  } as Seat;
  beforeAll(async () => {
    ({ url: seat.url, server } = await servePage());
    seat.browser = await startBrowser();
  });
  afterEach(async () => {
    for (const context of seat.browser.contexts()) await context.close();
  });
  afterAll(async () => {
    await seat.browser?.close();
    server?.close();
  });
  return seat;
}
