// A real FreeSWITCH as the place of scenarios: real SIP and RTP, the real daemon, Google's real clients.

import { setTimeout as sleep } from 'node:timers/promises'
import type { JournalEntry } from '../../src/call/journal.ts'
import { Premises, type PremisesOptions } from '../scenarios/premises.ts'
import type { Assistant, Dialling, Venue } from '../scenarios/venue.ts'
import { RealPhone } from './real-phone.ts'
import { RealSwitch } from './real-switch.ts'

/** From the end of the last call until its channels are gone. */
const LAST_CHANNELS_MS = 3_000
const ADMISSION_LIMIT_MS = 5_000

export class FreeswitchVenue implements Venue {
  readonly name = 'freeswitch'
  readonly switch: RealSwitch
  readonly premises: Premises
  readonly #calls = new Map<string, string>()

  private constructor(pbx: RealSwitch, premises: Premises) {
    this.switch = pbx
    this.premises = premises
    premises.control = pbx.control
  }

  /** `program`: the FreeSWITCH to start. */
  static async open(program: string, options: PremisesOptions): Promise<FreeswitchVenue> {
    const premises = await Premises.open(options)
    try {
      return new FreeswitchVenue(await RealSwitch.start(program), premises)
    } catch (error) {
      await premises.stop()
      throw error
    }
  }

  async call({ profile, answer }: Assistant, dialling: Dialling): Promise<RealPhone> {
    const desk = await this.premises.deskFor(profile)
    const phone = await RealPhone.dials(this.switch, {
      ...dialling,
      variables: { parley_profile: desk.profile, ...dialling.variables },
      daemonPort: desk.port,
    })
    this.#calls.set(profile.name, phone.id)
    this.premises.engine.answerFor(phone.id, answer)
    const isAdmitted = () => this.journal(phone.id).length > 0
    await phone.until(() => isAdmitted() || phone.isOver, {
      withinMs: ADMISSION_LIMIT_MS,
      what: 'is admitted',
    })
    return phone
  }

  journal(id: string): JournalEntry[] {
    return this.premises.journal(id)
  }

  /** What the daemon has written about the last call with a profile of this name, a line for each entry. */
  record(profile: string): string[] {
    return this.journal(this.#calls.get(profile) ?? '').map(
      ({ atMs, type, ...data }) =>
        `${(atMs / 1_000).toFixed(2).padStart(7)}  ${type} ${JSON.stringify(data)}`,
    )
  }

  passing<T>(work: Promise<T>): Promise<T> {
    return work
  }

  pass(ms: number): Promise<void> {
    return sleep(ms)
  }

  /** Ends all of it; resolves to what was not as it should be. */
  async stop(): Promise<string[]> {
    const faults: string[] = []
    try {
      const left = await this.#channelsLeft()
      if (left > 0) faults.push(`${left} channels are still up`)
    } finally {
      faults.push(...(await this.premises.stop()))
      await this.switch.stop()
    }
    return faults
  }

  async #channelsLeft(): Promise<number> {
    let channels = await this.switch.channels()
    for (let waitedMs = 0; channels > 0 && waitedMs < LAST_CHANNELS_MS; waitedMs += 100) {
      await sleep(100)
      channels = await this.switch.channels()
    }
    return channels
  }
}
