import { defineConfig } from 'vitest/config'
import { ClosingLine } from './closing-line.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: [['default', { summary: false }], new ClosingLine()],
    // Two cores, and some tests run real processes: more at once would only make timings less honest.
    maxWorkers: 2,
    testTimeout: 20_000,
    env: { METADATA_SERVER_DETECTION: 'none' },
  },
})
