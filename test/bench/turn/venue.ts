// Where the callers are: on the embedded switch, or on a real one. Either gives both directions of their own phone, and when on
// the machine's clock the recording of it began.

import { randomUUID } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { embeddedSwitch } from '../../apps/stage.ts'
import { RealPhone } from '../../freeswitch/real-phone.ts'
import { findFreeswitch, RealSwitch } from '../../freeswitch/real-switch.ts'
import type { Phone } from '../../scenarios/venue.ts'
import { Timeline } from './timeline.ts'

export interface TurnPhone extends Phone {
  /** What reached the ear and what was said, on one timeline at 8 kHz. */
  readonly heard: Int16Array
  readonly said: Int16Array
  readonly isOver: boolean
}

export interface Venue {
  readonly title: string
  /** The switch's process; this one, when it is in it. */
  readonly pid: number
  call(daemonPort: number, from: string): Promise<TurnPhone>
  /** When what a phone recorded was, once. */
  timelineOf(phone: TurnPhone): Timeline
  stop(): Promise<string[]>
}

const LOOK_EVERY_MS = 50
const WAV_HEADER_BYTES = 44
/** 8,000 samples a second of two directions with two bytes each. */
const BYTES_PER_MS = 32

/** The timelines of all phones of a venue, as they grow. */
class Timelines {
  readonly #growing = new Map<TurnPhone, { timeline: Timeline; recordedMs: () => number }>()
  readonly #looking = setInterval(() => {
    for (const { timeline, recordedMs } of this.#growing.values()) timeline.note(recordedMs())
  }, LOOK_EVERY_MS)

  begin(phone: TurnPhone, recordedMs: () => number): void {
    this.#growing.set(phone, { timeline: new Timeline(), recordedMs })
  }

  end(phone: TurnPhone): Timeline {
    const { timeline } = this.#growing.get(phone) ?? { timeline: new Timeline() }
    this.#growing.delete(phone)
    return timeline
  }

  stop(): void {
    clearInterval(this.#looking)
  }
}

export function embeddedVenue(prompts: string): Venue {
  const pbx = embeddedSwitch(prompts)
  const timelines = new Timelines()
  return {
    title: 'embedded switch',
    pid: process.pid,
    async call(daemonPort, number) {
      const phone = await pbx.call({
        to: '5000',
        from: number,
        callerName: 'Jane Doe',
        listener: { host: '127.0.0.1', port: daemonPort },
        id: randomUUID(),
      })
      timelines.begin(phone, () => phone.ms)
      return phone
    },
    timelineOf: phone => timelines.end(phone),
    async stop() {
      timelines.stop()
      pbx.stop()
      return pbx.violations.map(({ what }) => `the switch saw: ${what}`)
    },
  }
}

export async function realVenue(): Promise<Venue> {
  const program = await findFreeswitch(process.env.FREESWITCH)
  if (!program) throw new Error('there is no FreeSWITCH here: name one in FREESWITCH')
  const pbx = await RealSwitch.start(program)
  const timelines = new Timelines()
  const known = new Set<string>()
  let dialling: Promise<unknown> = Promise.resolve()
  return {
    title: `FreeSWITCH ${pbx.version}`,
    pid: pbx.pid,
    call(daemonPort, from) {
      // One after the other: the recording that is new is that of this phone.
      const dialled = dialling.then(async () => {
        const phone = await RealPhone.dials(pbx, { daemonPort, from })
        const isNew = (name: string) => !name.startsWith('says-') && !known.has(name)
        const name = readdirSync(pbx.recordings).find(isNew) ?? ''
        known.add(name)
        const path = join(pbx.recordings, name)
        timelines.begin(phone, () => {
          const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
          return (bytes - WAV_HEADER_BYTES) / BYTES_PER_MS
        })
        return phone
      })
      dialling = dialled.catch(() => {})
      return dialled
    },
    timelineOf: phone => timelines.end(phone),
    async stop() {
      timelines.stop()
      const complaints = (await pbx.complaints()).filter(line => /call|sofia|record|playback/i.test(line))
      await pbx.stop()
      return complaints.filter(line => !line.includes('[WARNING]')).map(line => `the switch says ${line}`)
    },
  }
}
