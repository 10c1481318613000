import { defineConfig } from 'vitest/config'

const soak = process.env.WAYBILL_SOAK === '1'

export default defineConfig({
  test: {
    include: soak ? ['test/soak/**/*.soak.ts'] : ['src/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', './test/helpers/closing-counts.ts'],
    globalSetup: ['test/helpers/global-setup.ts'],
    testTimeout: soak ? 3_600_000 : 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    fileParallelism: !soak,
  },
})
