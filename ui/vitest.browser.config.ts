import { defineConfig } from 'vitest/config';

// The walk through the simulated bench in a real browser (Debian's chromium).
export default defineConfig({
  test: {
    environment: 'node',
    include: ['tests/**/*.browser.ts'],
    globalSetup: ['tests/build-simulated.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
