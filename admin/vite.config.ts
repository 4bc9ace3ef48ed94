import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { loadEnv } from 'vite';
import { defineConfig } from 'vitest/config';
import { firstLoad } from './size.mjs';

/** Where `npm run dev` finds the server that `make run` started. */
const server = loadEnv('', '.', 'PARLANCE_').PARLANCE_URL ?? 'http://localhost:8080';

export default defineConfig({
  base: '/app/',
  plugins: [react(), tailwindcss(), firstLoad()],
  build: {
    // The first versions with light-dark() and relative colours.
    target: ['chrome123', 'firefox128', 'safari18'],
    // The page's content policy has no data: for fonts and scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The console, and the page of operators, which shares what both need.
    rolldownOptions: { input: ['index.html', 'operator.html'] },
  },
  server: {
    proxy: Object.fromEntries(['/api', '/demo', '/widget', '/widget.js'].map((path) => [path, { target: server, ws: true }])),
    // The reader of Markdown is the widget's.
    fs: { allow: ['.', '../widget/src/frame'] },
  },
  test: {
    environment: 'jsdom',
    setupFiles: 'src/test/setup.ts',
    restoreMocks: true,
    // A machine that builds beside it is slow.
    testTimeout: 30_000,
  },
});
