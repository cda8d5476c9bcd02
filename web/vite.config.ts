import { defineConfig } from 'vite';

/** Paths the server answers itself; `npm run dev` passes them on to CALLBOARD_URL. */
const serverPaths = ['/auth', '/users', '/rooms', '/reminders', '/admin', '/livez', '/api/openapi.yaml', '/api/asyncapi.yaml'];
const server = process.env['CALLBOARD_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    target: 'es2022',
    // The content security policy forbids data: fonts and scripts, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The web client, and the description of the API.
    rollupOptions: { input: ['index.html', 'api/docs/index.html'] },
    chunkSizeWarningLimit: 2000, // the description's viewer comes in one piece
  },
  server: {
    proxy: {
      ...Object.fromEntries(serverPaths.map((path) => [path, server])),
      '/connection': { target: server, ws: true },
    },
  },
});
