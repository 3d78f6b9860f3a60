// Every scenario, for whoever runs them all.

import { interrupting } from './interrupting.ts'
import { mishaps } from './mishaps.ts'
import { recording } from './recording.ts'
import type { Scenario } from './scenario.ts'
import { talking } from './talking.ts'
import { turns } from './turns.ts'

export const scenarios: readonly Scenario[] = [
  ...talking,
  ...interrupting,
  ...mishaps,
  ...recording,
  ...turns,
]
