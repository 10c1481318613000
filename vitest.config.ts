import { defineConfig } from 'vitest/config'

const soak = process.env.WAYBILL_SOAK === '1'

export default defineConfig({
  test: {
    include: soak ? ['test/soak/**/*.soak.ts'] : ['src/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', './test/helpers/closing-counts.ts'],
    globalSetup: ['test/helpers/global-setup.ts'],
    testTimeout: soak ? 3_600_000 : 60_000,
    hookTimeout: 60_000,
    // A worker loads the server once for all of its files: a third of the time went into loading it anew for each.
    isolate: false,
    // The server under test starts threads.
    execArgv: ['--import', './test/helpers/typescript-in-threads.mjs'],
    // Many tests wait for a process or a disk; a third worker uses two processors in the meantime.
    maxWorkers: 3,
    fileParallelism: !soak,
  },
})
