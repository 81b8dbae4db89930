import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds a controller (or `npm run mock`). */
const controller = process.env.POINTSMAN_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte()],
  // The controller serves the files at `/`; relative addresses keep a proxy with a prefix possible.
  base: './',
  build: {
    target: 'es2022',
    // Inlined data: URLs would need a looser content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': controller } },
  test: { include: ['test/**/*.test.ts'] },
});
