import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// The simulated bench is in the page only while developing, and in the build that the browser tests drive
// (`vite build --mode simulated`). A release build has no trace of it.
export default defineConfig(({ command, mode }) => {
  const simulated = mode === 'simulated' || mode === 'test' || command === 'serve';
  return {
    plugins: [svelte()],
    define: { __SIMULATED__: JSON.stringify(simulated) },
    build: {
      target: 'es2022',
      outDir: mode === 'simulated' ? 'test-results/simulated' : 'dist',
      emptyOutDir: true,
      chunkSizeWarningLimit: 800,
      assetsInlineLimit: 0,
    },
    server: { fs: { allow: ['..'] } },
    resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
    test: {
      environment: 'jsdom',
      include: ['src/**/*.test.ts'],
      restoreMocks: true,
    },
  };
});
