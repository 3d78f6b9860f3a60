// All checks of the daemon as a service on a real switch, and the place where they happen: one switch with the dialplan that is
// shipped, one recognizer, and a folder for each.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ended, startGoogle } from '../apps/processes.ts'
import { Voice } from '../fakes/voice.ts'
import { crowdChecks } from './crowds.ts'
import { type Check, Findings } from './findings.ts'
import { guardChecks, guardSwitch } from './guard.ts'
import { injectionChecks } from './injection.ts'
import { killChecks } from './kills.ts'
import { randomTransfers } from './random-transfers.ts'
import { RealSwitch } from './real-switch.ts'
import { roomChecks } from './rooms.ts'
import { SAID } from './situations.ts'
import { transferChecks } from './transfers.ts'
import { upgradeChecks } from './upgrades.ts'
import { AGENTS_SAY } from './warm.ts'

/** `transfers`: how many are made at random. */
export const checksWith = ({ transfers }: { transfers: number }): readonly Check[] => [
  ...guardChecks,
  ...killChecks,
  ...upgradeChecks,
  ...crowdChecks,
  ...injectionChecks,
  ...roomChecks,
  ...transferChecks,
  randomTransfers(transfers),
]

const FIRST_ROOM_MS = 600

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
  const [voice, google] = await Promise.all([Voice.load(), startGoogle(folder, [...SAID, ...AGENTS_SAY], {})])
  try {
    const pbx = await RealSwitch.start(program)
    try {
      await guardSwitch(pbx)
      await firstRoom(pbx)
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

/** The events of a switch's very first room come half a second late, once. */
async function firstRoom({ link }: RealSwitch): Promise<void> {
  const [, leg = ''] =
    /^\+OK (\S+)/.exec(await link.api('originate', 'loopback/2000/public &conference(first@parley)')) ?? []
  await sleep(FIRST_ROOM_MS)
  await link.api('uuid_kill', leg)
}
