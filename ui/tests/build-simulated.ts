import { existsSync } from 'node:fs';
import { build } from 'vite';
import { chromium_path } from './browser';

/** Before the browser tests: the browser must be there, and the page is built with the simulated bench in it. */
export default async function setup(): Promise<void> {
  if (!existsSync(chromium_path)) {
    throw new Error(
      `There is no ${chromium_path}: the walk through the page needs it. On Debian: apt-get install chromium ` +
        '(cargo xtask install does it). CHROMIUM names another place.',
    );
  }
  // Under vitest NODE_ENV is "test", which would build Svelte's development code.
  const mode = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    await build({ mode: 'simulated', logLevel: 'warn' });
  } finally {
    process.env.NODE_ENV = mode;
  }
}
