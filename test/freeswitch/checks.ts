// All checks of the daemon as a service on a real switch, and the place where they happen: one switch with the dialplan that is
// shipped, one recognizer, and a folder for each.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ended, startGoogle } from '../apps/processes.ts'
import { Voice } from '../fakes/voice.ts'
import { crowdChecks } from './crowds.ts'
import { type Check, Findings } from './findings.ts'
import { guardChecks, guardSwitch } from './guard.ts'
import { injectionChecks } from './injection.ts'
import { killChecks } from './kills.ts'
import { RealSwitch } from './real-switch.ts'
import { SAID } from './situations.ts'
import { upgradeChecks } from './upgrades.ts'

export const checks: readonly Check[] = [
  ...guardChecks,
  ...killChecks,
  ...upgradeChecks,
  ...crowdChecks,
  ...injectionChecks,
]

export interface Outcome {
  name: string
  /** What was measured. */
  notes: readonly string[]
  /** What was not as it should be. */
  faults: readonly string[]
  seconds: number
}

/** One after the other, so that what they measure is their own doing. `tell` hears of each as soon as it is over. */
export async function runChecks(
  program: string,
  chosen: readonly Check[],
  tell: (outcome: Outcome) => void,
): Promise<void> {
  if (chosen.length === 0) return
  const folder = await mkdtemp(join(tmpdir(), 'parley-service-'))
  const [voice, google] = await Promise.all([Voice.load(), startGoogle(folder, SAID, {})])
  try {
    const pbx = await RealSwitch.start(program)
    try {
      await guardSwitch(pbx)
      for (const [number, check] of chosen.entries()) {
        const beganMs = performance.now()
        const findings = new Findings()
        await check
          .run({ pbx, google, voice, folder: join(folder, String(number)) }, findings)
          .catch(error => findings.faults.push(error instanceof Error ? error.message : String(error)))
        const { notes, faults } = findings
        tell({ name: check.name, notes, faults, seconds: (performance.now() - beganMs) / 1_000 })
      }
    } finally {
      await pbx.stop()
    }
  } finally {
    await ended(google.process)
    await rm(folder, { recursive: true, force: true })
  }
}
