// The real daemon over TCP and in real time, with Google's real clients; the switch is the embedded one.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JournalEntry } from '../../src/call/journal.ts'
import { embeddedSwitch } from '../apps/stage.ts'
import { type ControlPort, openControlPort } from '../fake-freeswitch/control-port.ts'
import type { FakeFreeswitch } from '../fake-freeswitch/fake-freeswitch.ts'
import { Premises, type PremisesOptions } from './premises.ts'
import type { Assistant, Dialling, Phone, Venue } from './venue.ts'

export class DaemonVenue implements Venue {
  readonly name = 'daemon'
  readonly #premises: Premises
  readonly #switch: FakeFreeswitch
  #control: ControlPort | undefined

  private constructor(premises: Premises) {
    this.#premises = premises
    this.#switch = embeddedSwitch(premises.prompts)
  }

  static async open(options: PremisesOptions): Promise<DaemonVenue> {
    const venue = new DaemonVenue(await Premises.open(options))
    venue.#control = await openControlPort(venue.#switch)
    venue.#premises.control = { port: venue.#control.port }
    return venue
  }

  async call({ profile, answer }: Assistant, dialling: Dialling): Promise<Phone> {
    const desk = await this.#premises.deskFor(profile)
    const id = randomUUID()
    this.#premises.engine.answerFor(id, answer)
    return this.#switch.call({
      to: '5000',
      from: '+15550100',
      callerName: 'Jane Doe',
      ...dialling,
      variables: { parley_profile: desk.profile, ...dialling.variables },
      listener: { host: '127.0.0.1', port: desk.port },
      id,
    })
  }

  journal(id: string): JournalEntry[] {
    return this.#premises.journal(id)
  }

  passing<T>(work: Promise<T>): Promise<T> {
    return work
  }

  pass(ms: number): Promise<void> {
    return sleep(ms)
  }

  /** Ends all of it; resolves to what was not as it should be. */
  async stop(): Promise<string[]> {
    const faults = await this.#premises.stop()
    this.#switch.stop()
    this.#control?.close()
    return [...this.#switch.violations.map(({ what }) => `the switch saw: ${what}`), ...faults]
  }
}
