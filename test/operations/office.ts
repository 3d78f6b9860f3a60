// What the API may ask of a daemon, on the embedded switch: its calls, its calls out and its sessions, with people at their
// telephones, and everything that watchers are told.

import { VoiceDetectors } from '../../src/audio/voice-detector.ts'
import { CallsOut, type CallsOutRules } from '../../src/call/calls-out.ts'
import { Listener } from '../../src/call/listener.ts'
import type { Told } from '../../src/call/news.ts'
import type { Profile } from '../../src/call/profile.ts'
import { type Destination, type Dialable, handOverTo } from '../../src/call/transfer/destination.ts'
import { Sessions } from '../../src/call/transfer/sessions.ts'
import type { CallEvent } from '../../src/call/vocabulary.ts'
import { randomIds } from '../../src/lib/ids.ts'
import { Operations } from '../../src/operations.ts'
import type { Leg } from '../../src/pbx/pbx.ts'
import type { Answer, BothLegsOrder, CallOutOrder, Refusal } from '../../src/web/service.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import type { PersonScript } from '../fake-freeswitch/person-script.ts'
import { Voice } from '../fakes/voice.ts'
import { type Desk, type DeskOptions, recordingLog } from '../harness.ts'
import { testProfile } from '../profile.ts'

const detectors = await VoiceDetectors.load()
export const voice = await Voice.load()

export function extension(number: string): Dialable {
  const target = { type: 'extension' as const, extension: number, domain: 'acme.example', domainUuid: '' }
  return { target, callerId: 'original', trunkNumber: '' }
}

const throughTheTrunk: Dialable = {
  target: { type: 'gateway', gateway: 'trunk', number: '0' },
  callerId: 'trunk',
  trunkNumber: '',
}

export const destinations: Readonly<Record<string, Destination>> = {
  people: handOverTo('people', { number: '2000', context: 'public' }),
  queue: handOverTo('queue', { number: '3000', context: 'public' }),
  desk: {
    ...handOverTo('desk', { number: '3000', context: 'public' }),
    handOver: null,
    aliases: ['the front desk'],
    ladder: [{ dialables: [extension('2010')], ringMs: 20_000, acceptance: 'answer', machines: false }],
  },
  night: {
    ...handOverTo('night', { number: '3001', context: 'public' }),
    hours: { timeZone: 'UTC', open: [{ day: 0, fromMinute: 0, toMinute: 1 }], holidays: [] },
  },
}

/** Who is called here: agent, supervisor, and people outside. */
export const AGENT = '2010'
export const BOSS = '2020'
export const SOMEBODY = '+4930123'

const rules: CallsOutRules = {
  perMinute: 3,
  perDestinationPerHour: 2,
  hours: null,
  patterns: [{ pattern: '+49*', via: throughTheTrunk }],
  machine: 'hang-up',
  message: '',
}

export interface OfficeOptions {
  people?: Readonly<Record<string, PersonScript>>
  rules?: Partial<CallsOutRules>
  profile?: Partial<Profile>
  desk?: DeskOptions
  /** In place of the usual ones. */
  destinations?: Readonly<Record<string, Destination>>
}

export class Office {
  readonly desk: Desk
  readonly told: Told[] = []
  /** Of what the statuses are to be told, and where. */
  readonly watched: { id: string; url: string }[] = []
  readonly #options: OfficeOptions
  operations: Operations
  callsOut: CallsOut
  sessions: Sessions

  /** Resolves when people can be dialled. */
  static async open(desks: (options?: DeskOptions) => Desk, options: OfficeOptions = {}): Promise<Office> {
    const office = new Office(desks, options)
    await office.pass(100)
    return office
  }

  private constructor(open: (options?: DeskOptions) => Desk, options: OfficeOptions) {
    this.#options = options
    this.desk = open({
      destinations: this.#destinations,
      transfer: {
        patterns: [
          { pattern: '20xx', via: extension('0') },
          { pattern: '+49*', via: throughTheTrunk },
        ],
      },
      ...(options.profile && { profile: options.profile }),
      ...options.desk,
      pbx: { people: { [AGENT]: {}, ...options.people }, gateways: ['trunk'], ...options.desk?.pbx },
    })
    const { operations, callsOut, sessions } = this.#furnish()
    this.operations = operations
    this.callsOut = callsOut
    this.sessions = sessions
  }

  get #destinations(): Readonly<Record<string, Destination>> {
    return { ...destinations, ...this.#options.destinations }
  }

  /** Another process takes the place of this one. */
  restart(): void {
    this.desk.restart()
    Object.assign(this, this.#furnish())
  }

  #furnish(): Pick<Office, 'operations' | 'callsOut' | 'sessions'> {
    const { desk } = this
    const { clock, files, exchange, prompts, calls } = desk
    const log = recordingLog(desk.log)
    const profiles = { default: { ...testProfile, ...this.#options.profile } }
    exchange.news.listen(told => this.told.push(told))
    const listener = (leg: Leg, profile: Profile, post: (event: CallEvent) => void) =>
      new Listener({
        ...{ leg, clock, files, log, post, detectors, ids: exchange.ids, folder: '/spool' },
        followers: desk.followers,
        recognizer: desk.recognizer,
        policy: profile.policy,
        hints: profile.hints,
        language: profile.language,
      })
    const callsOut = new CallsOut({
      ...{ exchange, profiles, prompts, clock, log, listener, ids: randomIds },
      rules: { ...rules, ...this.#options.rules },
      admit: leg => calls.admit(leg),
    })
    const sessions = new Sessions({
      ...{ exchange, prompts, clock, log },
      agentListener: profile => (leg, post) => listener(leg, profile, post),
    })
    const operations = new Operations({
      ...{ calls, callsOut, sessions, exchange, profiles, clock, ids: exchange.ids, log },
      destinations: this.#destinations,
      callbacks: {
        watch: (_, id, { url }) => {
          this.watched.push({ id, url })
          return () => {}
        },
      },
      unready: () => calls.unready(),
    })
    return { operations, callsOut, sessions }
  }

  /** A caller who has heard the greeting. */
  async caller(): Promise<Caller> {
    const caller = await this.desk.call()
    await this.desk.hears(caller, 'What can I do for you?')
    return caller
  }

  /** A caller who talks with the agent whom the API brought. */
  async talk(): Promise<{ caller: Caller; agent: Caller }> {
    const caller = await this.caller()
    done(this.operations.transfer(caller.id, 'desk', 'I connect you.'))
    await this.until(caller, () => this.operations.call(caller.id)?.phase === 'together', 'they talk')
    return { caller, agent: this.leg(AGENT) }
  }

  bringTogether(order: Partial<BothLegsOrder> = {}): ReturnType<Operations['bringTogether']> {
    return this.operations.bringTogether({
      extension: 'desk',
      userNumber: SOMEBODY,
      sessionId: '4711',
      profile: null,
      statusCallback: null,
      ...order,
    })
  }

  callOut(order: Partial<CallOutOrder> = {}): ReturnType<Operations['callOut']> {
    return this.operations.callOut({
      to: SOMEBODY,
      from: null,
      profile: 'default',
      context: null,
      statusCallback: null,
      ...order,
    })
  }

  /** The last leg that was dialled to this number. */
  leg(number: string): Caller {
    const leg = this.desk.switch.legOf(number)
    if (!leg) throw new Error(`nobody was dialled under ${number}`)
    return leg
  }

  until(caller: Caller, holds: () => boolean, what: string, withinMs = 60_000): Promise<void> {
    return this.desk.passing(caller.until(holds, { what, withinMs }))
  }

  pass(ms: number): Promise<void> {
    return this.desk.clock.advanceAsync(ms)
  }

  /** Statuses of transfers or calls out, with their outcome, as they were told. */
  statuses(type: 'transfer' | 'callOut'): string[] {
    return this.told.flatMap(told => {
      if (told.type !== type) return []
      return told.status === 'completed' ? [`completed: ${told.outcome}`] : [told.status]
    })
  }
}

/** What was answered to something that is to be done. */
export function done<T>(answer: Answer<T>): T {
  if ('is' in answer && answer.is === 'refused') throw new Error(`refused: ${(answer as Refusal).message}`)
  return answer as T
}
