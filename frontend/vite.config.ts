import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// `npm run dev` shows the pages of an API that runs beside it; API_URL names another one.
const api = process.env.API_URL ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/api': { target: api, ws: true, changeOrigin: true } } },
  build: { chunkSizeWarningLimit: 700, target: 'es2022', reportCompressedSize: false },
  test: { environment: 'jsdom', setupFiles: ['src/test/setup.ts'], css: false },
});
