// Callers with a phone of another make than the switch: SIPp (Debian: sip-tester) speaks SIP and RTP of its own.

import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { encodeG711 } from '../../src/audio/g711.ts'
import type { JournalEntry } from '../../src/call/journal.ts'
import type { LegFacts } from '../../src/pbx/pbx.ts'
import { freePort } from '../apps/processes.ts'
import type { Voice } from '../fakes/voice.ts'
import { testProfile } from '../profile.ts'
import { echo } from '../scenarios/answers.ts'
import { type SippStep, sippScript } from './sipp-script.ts'
import type { FreeswitchVenue } from './venue.ts'

const run = promisify(execFile)
const CALL_LIMIT_MS = 30_000
const AFTERMATH_MS = 5_000
/** A call that has not come to the daemon by then never will. */
const TOO_LATE_MS = 500

export interface IndependentPhone {
  name: string
  /** Why it cannot be tried here. */
  skip?: string
  run(): Promise<void>
}

/** What these callers say. */
export const SAID_BY_SIPP = 'what are your opening hours'

/** Calls by an independent phone, to be run one after the other. */
export async function independentPhones(venue: FreeswitchVenue, voice: Voice): Promise<IndependentPhone[]> {
  const isThere = await run('sipp', ['-v']).then(
    () => true,
    // Asked for its version, it answers and ends with 99.
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  )
  const phones = new SippPhones(venue, voice)
  const all: IndependentPhone[] = [
    { name: 'sipp-speaks', run: () => phones.speaks() },
    { name: 'sipp-latin-1-name', run: () => phones.hasLatin1Name() },
    { name: 'sipp-leaves-at-once', run: () => phones.leavesAtOnce() },
    { name: 'sipp-sends-no-sound', run: () => phones.sendsNoSound() },
    { name: 'sipp-cancels', run: () => phones.cancels() },
  ]
  return isThere ? all : all.map(one => ({ ...one, skip: 'sipp is not installed (Debian: sip-tester)' }))
}

class SippPhones {
  readonly #venue: FreeswitchVenue
  readonly #voice: Voice

  constructor(venue: FreeswitchVenue, voice: Voice) {
    this.#venue = venue
    this.#voice = voice
  }

  async speaks(): Promise<void> {
    const path = join(this.#venue.switch.recordings, 'sipp.ul')
    await writeFile(path, encodeG711(this.#voice.sayAt8k(SAID_BY_SIPP), 'mu-law'))
    const entries = await this.#call([
      { do: 'isAnswered' },
      { do: 'waits', ms: 3_000 },
      { do: 'plays', path },
      { do: 'waits', ms: 5_000 },
      { do: 'hangsUp' },
    ])
    const understood = entries.flatMap(({ type, utterance }) =>
      type === 'utteranceHeard' ? [(utterance as { text: string }).text] : [],
    )
    if (understood.join() !== SAID_BY_SIPP)
      throw new Error(`it was understood as ${JSON.stringify(understood)}`)
  }

  async hasLatin1Name(): Promise<void> {
    const steps: SippStep[] = [{ do: 'isAnswered' }, { do: 'waits', ms: 800 }, { do: 'hangsUp' }]
    const entries = await this.#call(steps, { displayName: 'Jos\xe9' })
    const callerName = (entries[0]?.facts as LegFacts | undefined)?.callerName
    if (callerName !== 'José') throw new Error(`the name came as ${JSON.stringify(callerName)}`)
  }

  /** A phone without a single packet of RTP is silent, not broken: it is asked whether anybody is there. */
  async sendsNoSound(): Promise<void> {
    const steps: SippStep[] = [{ do: 'isAnswered' }, { do: 'waits', ms: 9_000 }, { do: 'hangsUp' }]
    const entries = await this.#call(steps)
    const heard = entries.flatMap(({ type, text }) => (type === 'promptStarted' ? [text] : []))
    if (heard.join() !== 'What can I do for you?,Are you still there?')
      throw new Error(`it heard ${JSON.stringify(heard)}`)
    if (entries.some(({ type }) => type === 'earFailed')) throw new Error('its silence was taken for a fault')
  }

  async leavesAtOnce(): Promise<void> {
    const entries = await this.#call([{ do: 'isAnswered' }, { do: 'hangsUp' }])
    // The switch may have seen the end before it told the daemon of the call.
    if (entries.length > 0 && entries.at(-1)?.type !== 'ended') throw new Error('the call did not end')
  }

  async cancels(): Promise<void> {
    const entries = await this.#call([{ do: 'cancels' }], { to: '5001' })
    if (entries.length > 0 && entries.at(-1)?.type !== 'ended') throw new Error('the call did not end')
  }

  /** Resolves to the journal when the call is over; it is empty when the daemon never had the call. */
  async #call(
    steps: readonly SippStep[],
    { to = '5000', displayName = 'Jane Doe' } = {},
  ): Promise<JournalEntry[]> {
    const venue = this.#venue
    const { link, recordings, sipPort } = venue.switch
    const desk = await venue.premises.deskFor(testProfile)
    const caller = randomUUID()
    let id = ''
    link.follow(caller, ({ headers }) => {
      id = headers['Unique-ID'] ?? ''
      venue.premises.engine.answerFor(id, echo)
    })
    const headers = {
      'X-Parley-Caller': caller,
      'X-Parley-Port': String(desk.port),
      'X-Parley-Variables': encodeURIComponent(`^^~parley_profile=${desk.profile}`).replace('~', '%7E'),
    }
    const script = join(recordings, `${caller}.xml`)
    await writeFile(script, sippScript({ to, displayName, headers, steps }), 'latin1')
    try {
      await sipp(script, sipPort)
    } finally {
      link.unfollow(caller)
      await rm(script)
    }
    const isOver = () => venue.journal(id).at(-1)?.type === 'ended'
    const limitMs = () => (venue.journal(id).length > 0 ? AFTERMATH_MS : TOO_LATE_MS)
    for (let waitedMs = 0; !isOver() && waitedMs < limitMs(); waitedMs += 50) await sleep(50)
    return venue.journal(id)
  }
}

/** Rejects with what SIPp says when the call does not go as the script wants it. */
async function sipp(script: string, sipPort: number): Promise<void> {
  const port = await freePort()
  const own = ['-i', '127.0.0.1', '-p', String(port), '-mi', '127.0.0.1']
  const once = ['-m', '1', '-nostdin', '-timeout', `${CALL_LIMIT_MS}ms`, '-timeout_error']
  await run('sipp', [`127.0.0.1:${sipPort}`, '-sf', script, ...own, ...once], {
    cwd: '/dev/shm',
    timeout: CALL_LIMIT_MS + 5_000,
  }).catch((error: Error & { stderr?: string }) => {
    throw new Error(`sipp: ${error.stderr?.trim().split('\n').slice(-8).join('\n') || error.message}`, {
      cause: error,
    })
  })
}
