import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const backend = process.env.ZHIKE_SERVER ?? 'http://127.0.0.1:8000';

export default defineConfig({
  base: '/',
  plugins: [react()],
  server: { port: 5173, host: '127.0.0.1', proxy: { '/api': backend, '/_allauth': backend } },
  build: { outDir: 'dist', target: 'es2022', chunkSizeWarningLimit: 600, manifest: true },
  test: {
    environment: 'node',
    testTimeout: 30_000,
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/kit/strings/all.ts'],
  },
});
