// All that can be fuzzed, by name.

import { configTarget } from './config-target.ts'
import { eslTarget } from './esl-target.ts'
import { flowTarget } from './flow-target.ts'
import { httpTarget } from './http-target.ts'
import { journalTarget } from './journal-target.ts'
import type { Target } from './target.ts'
import { wavTarget } from './wav-target.ts'

export const targets: readonly Target[] = [
  eslTarget,
  wavTarget,
  configTarget,
  journalTarget,
  httpTarget,
  flowTarget,
]
