import { defineConfig } from 'vitest/config'
import { ClosingLine } from './closing-line.ts'

const common = { testTimeout: 20_000, env: { METADATA_SERVER_DETECTION: 'none' } }

/** Real processes and real time: what runs beside them would be measured with them. */
const REAL_TIME = ['test/apps/**/*.test.ts', 'test/systemd/**/*.test.ts', 'test/dialplan/**/*.test.ts']

export default defineConfig({
  test: {
    reporters: [['default', { summary: false }], new ClosingLine()],
    projects: [
      {
        test: {
          ...common,
          name: 'virtual time',
          include: ['test/**/*.test.ts'],
          exclude: REAL_TIME,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'real time',
          include: REAL_TIME,
          maxWorkers: 1,
          // On two cores, beside the daemon and the recognizer that they talk to.
          maxConcurrency: 4,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
