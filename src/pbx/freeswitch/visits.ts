// Where a leg is while it is neither spoken to nor listened to by us: in a room, or listening to another leg. Each is one
// application on its channel, which runs until somebody ends it.

import type { Clock } from '../../lib/clock.ts'
import type { Ids } from '../../lib/ids.ts'
import { type LegId, PbxError, type RoomRole, type Stay } from '../pbx.ts'
import { legArgument, roomArgument, roomName, soundForAll } from './arguments.ts'
import type { LegCommands } from './leg-commands.ts'
import type { Playbacks } from './playbacks.ts'

type Headers = Readonly<Record<string, string>>

/** What the visits need of the leg. */
export interface VisitHost {
  commands: LegCommands
  playbacks: Playbacks
  clock: Clock
  ids: Ids
  /** How long the switch may take to let the leg in or out. */
  limitMs: number
  /** The leg is where it was before: it can be spoken to. */
  isBack(): void
}

/** The switch starts an application up to 21 ms after it was asked to. */
const SAY_AGAIN_MS = 100
/** The application ends in the tick in which the leg leaves the room. */
const END_MAY_BE_LOST_MS = 500

interface RoomVisit {
  to: 'room'
  room: string
  /** Its number there. */
  entered: PromiseWithResolvers<string>
  /** False when it was given up on. */
  wanted: boolean
  /** Settles when the room says that the leg is out. */
  out: PromiseWithResolvers<void>
}

type Visit =
  | { to: 'nobody' }
  /** What plays is being ended. */
  | { to: 'somewhere' }
  | RoomVisit
  | { to: 'leg'; over: Promise<void> }

export class Visits {
  readonly #host: VisitHost
  #visit: Visit = { to: 'nobody' }

  constructor(host: VisitHost) {
    this.#host = host
  }

  /** Rejects with PbxError when the switch does not let the leg in, or not in time. */
  async join(room: string, as: RoomRole): Promise<Stay> {
    const argument = roomArgument(room, as)
    const { commands, ids, playbacks } = this.#host
    if (this.#visit.to !== 'nobody') throw new PbxError('the leg is with somebody else')
    const visit: RoomVisit = {
      to: 'room',
      room: roomName(room),
      entered: Promise.withResolvers(),
      wanted: true,
      out: Promise.withResolvers(),
    }
    this.#visit = visit
    playbacks.close()
    // Written at once: to wait for what plays to end would take another 20 ms, and the switch does one after the other anyway.
    const before = Promise.all([
      playbacks.hush(),
      // Else the end of the room would be the end of the call.
      as === 'caller' && commands.setVariables({ hangup_after_conference: 'false' }),
    ])
    const left = this.#over(
      Promise.race([commands.run('conference', argument, ids.next()), visit.out.promise]),
    )
    left.then(
      () => visit.entered.reject(new PbxError('the room did not let the leg in', { retry: true })),
      (error: unknown) => visit.entered.reject(error),
    )
    before.catch((error: unknown) => visit.entered.reject(error))
    const member = await this.#entered(visit)
    return {
      left: left.catch(() => {}), // it was let in: nothing refuses any more
      count: async () => countIn(await commands.conference(`${room} list count`)),
      leave: () => this.#leave(room, member, left),
      play: async path => {
        await commands.conference(`${room} play ${soundForAll(path)}`)
      },
    }
  }

  /** Resolves when the listening is over, by whichever end. */
  async eavesdrop(on: LegId, mode: 'listen' | 'whisper' | 'barge'): Promise<void> {
    const target = legArgument(on)
    const { commands, ids } = this.#host
    await this.#clear(
      commands.setVariables({
        eavesdrop_enable_dtmf: 'false', // else the listener's keys would change the mode
        // FreeSWITCH's b-leg of it is what the leg hears, its a-leg what is heard of it.
        eavesdrop_whisper_aleg: String(mode === 'barge'),
        eavesdrop_whisper_bleg: String(mode !== 'listen'),
      }),
    )
    const visit: Visit = { to: 'leg', over: Promise.resolve() }
    this.#visit = visit
    visit.over = this.#over(commands.run('eavesdrop', target, ids.next()))
    await visit.over
  }

  /** Ends the listening to another leg; a room is left by `leave`. */
  async hush(): Promise<void> {
    if (this.#visit.to !== 'leg') return
    const { over } = this.#visit
    const { commands, clock } = this.#host
    // Said before the application has begun it is read by nobody; the leg may be gone, which ends the listening as well.
    const end = () => void commands.endEavesdrop().catch(() => {})
    const again = clock.every(SAY_AGAIN_MS, end)
    end()
    try {
      await this.#inTime(over, 'the leg goes on listening')
    } finally {
      again.cancel()
    }
  }

  /** CUSTOM conference::maintenance about this leg. */
  onMaintenance(event: Headers): void {
    const visit = this.#visit
    if (visit.to !== 'room' || event['Conference-Name'] !== visit.room) return
    // Should the end of the application get lost, this tells as well.
    if (event.Action === 'del-member') this.#host.clock.after(END_MAY_BE_LOST_MS, visit.out.resolve)
    if (event.Action !== 'add-member') return
    const member = event['Member-ID'] ?? ''
    if (!/^\d{1,10}$/.test(member)) return
    visit.entered.resolve(member)
    // It was given up on: whoever waited believes the leg elsewhere.
    if (!visit.wanted) this.#host.commands.conference(`${visit.room} kick ${member}`).catch(() => {})
  }

  async #clear(before: Promise<void>): Promise<void> {
    if (this.#visit.to !== 'nobody') {
      await before
      throw new PbxError('the leg is with somebody else')
    }
    const clearing: Visit = { to: 'somewhere' }
    this.#visit = clearing
    const { playbacks } = this.#host
    playbacks.close()
    try {
      await Promise.all([before, playbacks.hush()])
    } catch (error) {
      this.#visit = { to: 'nobody' }
      this.#host.isBack()
      throw error
    }
  }

  async #entered(visit: RoomVisit): Promise<string> {
    try {
      return await this.#inTime(visit.entered.promise, 'the leg did not come into the room')
    } catch (error) {
      visit.wanted = false
      throw error
    }
  }

  /** The visit is over with its application: then the leg can be spoken to again. */
  async #over(application: Promise<void>): Promise<void> {
    try {
      await application
    } finally {
      this.#visit = { to: 'nobody' }
      this.#host.isBack()
    }
  }

  async #leave(room: string, member: string, left: Promise<void>): Promise<void> {
    // Refused when the leg has just left by itself, which is what is wanted.
    this.#host.commands.conference(`${room} kick ${member}`).catch(() => {})
    await this.#inTime(left, 'the leg did not leave the room')
  }

  async #inTime<T>(work: Promise<T>, late: string): Promise<T> {
    const limit = Promise.withResolvers<never>()
    const timer = this.#host.clock.after(this.#host.limitMs, () => limit.reject(new PbxError(late)))
    try {
      return await Promise.race([work, limit.promise])
    } finally {
      timer.cancel()
    }
  }
}

function countIn(answer: string): number {
  const count = Number(answer.trim())
  if (!Number.isInteger(count)) throw new PbxError('the switch did not say how many are in the room')
  return count
}
