// One plain last line that says what came of the run: for people at the end of a long output, and for machines.

import type { Reporter, TestModule } from 'vitest/node'

export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 }
    for (const module of modules)
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state !== 'pending') counts[state]++
      }
    const broken = modules.filter(module => module.errors().length > 0).length + errors.length
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
    console.log(`\ntests: ${counts.passed} passed, ${counts.failed + broken} failed${skipped}`)
  }
}
