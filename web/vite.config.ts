import { existsSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import type { PluginOption } from 'vite';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** The invented back end of `web/mock`, in the dev server only and only when ZHIKE_MOCK is set. */
async function mock(): Promise<PluginOption[]> {
  const entry = new URL('./mock/plugin.mjs', import.meta.url);
  if (!process.env.ZHIKE_MOCK || !existsSync(entry)) return [];
  const module = (await import(entry.href)) as { mockPlugin: () => PluginOption };
  return [module.mockPlugin()];
}

const backend = process.env.ZHIKE_SERVER ?? 'http://127.0.0.1:8000';

export default defineConfig(async ({ command }): Promise<ViteUserConfig> => ({
  base: '/',
  plugins: [react(), command === 'serve' ? await mock() : []],
  server: { port: 5173, host: '127.0.0.1', proxy: process.env.ZHIKE_MOCK ? {} : { '/api': backend, '/_allauth': backend } },
  build: { outDir: 'dist', target: 'es2022', chunkSizeWarningLimit: 900 },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
}));
