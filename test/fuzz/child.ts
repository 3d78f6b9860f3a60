// The program that a supervisor runs: the loop over one of the targets.

import { targets } from './targets.ts'
import { work } from './work.ts'

await work(targets)
