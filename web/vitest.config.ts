import { defineConfig } from 'vitest/config';

// Seconds for what takes milliseconds: only what hangs is to meet them.
export default defineConfig({ test: { setupFiles: ['tests/setup.ts'], testTimeout: 60_000, hookTimeout: 60_000 } });
