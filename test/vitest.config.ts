import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The machine has two cores and some tests start real servers: two files at a time keep timings honest.
    maxWorkers: 2,
    testTimeout: 20_000,
    env: { METADATA_SERVER_DETECTION: 'none' },
  },
})
