import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// The simulated bench is in the page only while developing, and in the build that the browser tests drive
// (`vite build --mode simulated`). A release build has no trace of it.
export default defineConfig(({ command, mode }) => {
  const simulated = mode === 'simulated' || mode === 'test' || command === 'serve';
  const seam = process.env.SEAM;
  const proxy = seam === undefined ? {} : { '/ask': seam, '/notices': seam, '/frame': seam, '/photo': seam };
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
    // A page with `?seam=http` talks to the bench that SEAM names (the station with its feature `http-seam`).
    server: { fs: { allow: ['..'] }, proxy },
    preview: { proxy },
    resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
    test: {
      environment: 'jsdom',
      include: ['src/**/*.test.ts'],
      restoreMocks: true,
    },
  };
});
