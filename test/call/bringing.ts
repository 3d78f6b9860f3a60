// Transfers on the embedded switch, for tests: the ways to bring somebody, the steps of a transfer and how one gets to each, and
// what must be true of every one of them.

import { expect } from 'vitest'
import { VoiceDetectors } from '../../src/audio/voice-detector.ts'
import { frameEntry, type JournalEntry } from '../../src/call/journal.ts'
import { type CallListener, Listener } from '../../src/call/listener.ts'
import type { Told } from '../../src/call/news.ts'
import {
  type Destination,
  type Dialable,
  handOverTo,
  type Rung,
} from '../../src/call/transfer/destination.ts'
import type { Transfer } from '../../src/call/transfer/transfer.ts'
import type { CallEvent } from '../../src/call/vocabulary.ts'
import type { Directive, Input, TransferOutcome } from '../../src/engine/engine.ts'
import type { Leg } from '../../src/pbx/pbx.ts'
import type { DialplanStep } from '../fake-freeswitch/call-flow.ts'
import type { CallOptions } from '../fake-freeswitch/fake-freeswitch.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import type { PersonScript } from '../fake-freeswitch/person-script.ts'
import { say } from '../fakes/providers.ts'
import { Voice } from '../fakes/voice.ts'
import { type Desk, type DeskOptions, recordingLog } from '../harness.ts'
import { testProfile } from '../profile.ts'

export const voice = await Voice.load()
const detectors = await VoiceDetectors.load()

/** Four seconds, in two sentences: time for an agent to take the call meanwhile. */
export const ANNOUNCED = [
  'I connect you with somebody of our desk.',
  'They will surely help you with all of that.',
]
export const ANNOUNCEMENT = ANNOUNCED.join(' ')

export function extension(number: string, more: Partial<Dialable> = {}): Dialable {
  return {
    target: { type: 'extension', extension: number, domain: 'acme.example', domainUuid: '' },
    callerId: 'original',
    trunkNumber: '',
    ...more,
  }
}

export function outside(number: string, more: Partial<Dialable> = {}, gateway = 'trunk'): Dialable {
  return { target: { type: 'gateway', gateway, number }, callerId: 'trunk', trunkNumber: '', ...more }
}

export function rung(dialables: readonly Dialable[], more: Partial<Rung> = {}): Rung {
  return { dialables, ringMs: 20_000, acceptance: 'answer', machines: false, ...more }
}

export function destination(ladder: readonly Rung[], more: Partial<Destination> = {}): Destination {
  return { ...handOverTo('desk', { number: '3000', context: 'public' }), ladder, handOver: null, ...more }
}

/** The mobiles of the ladder, and the last one on it. */
export const MOBILES = ['+491701', '+491702'] as const
export const LANDLINE = '+49301'

/** How an agent gets to a caller. */
export interface Way {
  name: 'conference' | 'warm by key' | 'warm by word' | 'ladder'
  to: Destination
  /** Under which number whoever takes the call is rung. */
  number: string
  /** Everybody else who may be rung. */
  others: Readonly<Record<string, PersonScript>>
}

export const WAYS: readonly Way[] = [
  { name: 'conference', to: destination([rung([extension('2010')])]), number: '2010', others: {} },
  {
    name: 'warm by key',
    to: destination([rung([extension('2010')], { acceptance: 'key' })], { isWarm: true }),
    number: '2010',
    others: {},
  },
  {
    name: 'warm by word',
    to: destination([rung([extension('2010')], { acceptance: 'word' })], { isWarm: true }),
    number: '2010',
    others: {},
  },
  {
    name: 'ladder',
    to: destination(
      [
        rung([extension('2010')]),
        rung(
          MOBILES.map(number => outside(number)),
          { acceptance: 'key', machines: true },
        ),
        rung([outside(LANDLINE)], { acceptance: 'key', machines: true }),
      ],
      { isWarm: true },
    ),
    number: MOBILES[0],
    others: {
      '2010': { refuses: 'USER_BUSY' },
      [MOBILES[1]]: { neverAnswers: true },
      [LANDLINE]: { neverAnswers: true },
    },
  },
]

export const isBriefed = ({ name }: Way): boolean => name !== 'conference'

export const STEPS = [
  'announcement',
  'dialling',
  'ringing',
  'briefing',
  'accepted',
  'meeting',
  'talking',
] as const
export type TransferStep = (typeof STEPS)[number]

export function stepsOf(way: Way): TransferStep[] {
  return STEPS.filter(step => step !== 'briefing' || isBriefed(way))
}

export const casesOf = WAYS.flatMap(way =>
  stepsOf(way).map(step => ({ way, step, name: `${way.name}, ${step}` })),
)

/** How the agent behaves so that the call gets to this step, and no further where it must not. */
function scriptFor(step: TransferStep, accepts: (person: Caller, afterMs: number) => void): PersonScript {
  switch (step) {
    case 'announcement':
    case 'ringing':
      return { answersAfterMs: 15_000, onAnswer: person => accepts(person, 1_000) }
    case 'dialling':
      return { answersAfterMs: 15_000, ringsAfterMs: null, onAnswer: person => accepts(person, 1_000) }
    case 'briefing': {
      // Who is rung again takes the call.
      let times = 0
      return { answersAfterMs: 6_000, onAnswer: person => void (times++ > 0 && accepts(person, 1_000)) }
    }
    case 'accepted':
      return { answersAfterMs: 300, onAnswer: person => accepts(person, 700) }
    case 'meeting':
    case 'talking':
      return { answersAfterMs: 6_000, onAnswer: person => accepts(person, 1_000) }
  }
}

export interface Setting {
  /** The agent under the way's number; by default as the step needs it. */
  agent?: PersonScript
  people?: Readonly<Record<string, PersonScript>>
  step?: TransferStep
  to?: Partial<Destination>
  /** The dialplan that hands the call over again, as shipped. */
  guarded?: boolean
  desk?: DeskOptions
  answer?: (input: Input) => Directive[]
  call?: Partial<CallOptions>
}

/** One caller whom somebody is brought to. */
export class Bringing {
  readonly desk: Desk
  readonly caller: Caller
  readonly way: Way
  readonly news: Told[] = []

  private constructor(desk: Desk, caller: Caller, way: Way) {
    this.desk = desk
    this.caller = caller
    this.way = way
  }

  /** A caller is there, and the transfer begins as soon as they hear anything. */
  static async begin(
    open: (options?: DeskOptions) => Desk,
    way: Way,
    setting: Setting = {},
  ): Promise<Bringing> {
    const { step = 'talking', agent, people, to, desk: options, answer } = setting
    const holder: { desk?: Desk } = {}
    const script =
      agent ?? scriptFor(step, (person, ms) => holder.desk && accept(holder.desk, way, person, ms))
    const desk = open({
      destinations: { desk: { ...way.to, ...to } },
      ...options,
      pbx: {
        gateways: ['trunk'],
        people: { ...way.others, [way.number]: script, ...people },
        extensions: { 'parley-people': guardedPeople },
        ...options?.pbx,
      },
    })
    holder.desk = desk
    desk.engine.answer = answer ?? usualAnswer
    // As a daemon does with all phrases when it starts.
    const { connecting } = testProfile.phrases
    await desk.passing(
      desk.prompts.get({ text: connecting, language: '', voice: '' }, new AbortController().signal),
    )
    const told: Told[] = []
    desk.exchange.news.listen(news => told.push(news))
    const caller = await desk.call({ ...(setting.guarded && guard(desk)), ...setting.call })
    const bringing = new Bringing(desk, caller, way)
    bringing.#take(told)
    return bringing
  }

  #take(told: Told[]): void {
    this.news.push(...told)
    this.watch()
  }

  /** From now on the news of the daemon that is there now. */
  watch(): void {
    this.desk.exchange.news.listen(news => this.news.push(news))
  }

  /** The running transfer, or the last. */
  get transfer(): Transfer | undefined {
    return this.desk.calls.get(this.caller.id)?.transfers.current
  }

  get phase(): string {
    return this.desk.calls.get(this.caller.id)?.dialogue.phase.is ?? 'no call'
  }

  /** Whoever takes the call. */
  get agent(): Caller {
    const leg = this.desk.switch.legOf(this.way.number)
    if (!leg) throw new Error('nobody was dialled')
    return leg
  }

  /** Every leg that was dialled, whoever it rang. */
  get legs(): Caller[] {
    return [this.way.number, ...Object.keys(this.way.others)].flatMap(number =>
      this.desk.switch.legsOf(number),
    )
  }

  until(holds: () => boolean, what: string, withinMs = 40_000): Promise<void> {
    return this.desk.passing(this.caller.until(holds, { what, withinMs }))
  }

  pass(ms: number): Promise<void> {
    return this.desk.clock.advanceAsync(ms)
  }

  /** Time passes until the transfer has come to this step, and a little into it. */
  async reach(step: TransferStep): Promise<void> {
    switch (step) {
      case 'announcement':
        await this.desk.hears(this.caller, ANNOUNCED[0] ?? '')
        return this.pass(400)
      case 'dialling':
      case 'ringing':
        await this.desk.hears(this.caller, 'music')
        return this.pass(700)
      case 'briefing':
        await this.until(() => this.desk.switch.legOf(this.way.number)?.isSpokenTo ?? false, 'the brief')
        return this.pass(300)
      case 'accepted':
        return this.until(() => isTaken(this.transfer?.state.is), 'an agent has taken the call')
      case 'meeting':
        return this.until(() => this.phase === 'meeting', 'they are on their way into the room')
      case 'talking':
        await this.until(() => this.phase === 'together', 'they talk')
        return this.pass(2_000)
    }
  }

  journal(type: string): JournalEntry[] {
    return this.desk.journal(this.caller).filter(entry => entry.type === type)
  }

  /** The statuses of the transfers, with their outcome, as they were told. */
  get statuses(): string[] {
    return this.news.flatMap(news =>
      news.type === 'transfer'
        ? [news.outcome === null ? news.status : `${news.status}: ${news.outcome}`]
        : [],
    )
  }

  /** What the engine was told of transfers. */
  get ends(): Input[] {
    return this.desk.engine.inputs.filter(({ type }) => type === 'transfer')
  }

  /** When both could first hear each other if there were no way between them, on the line of the clock. */
  get readyMs(): number {
    const accepted = this.journal('agentAccepted').at(-1)
    const spoken = this.journal('speechFinished')
      .filter(({ atMs }) => atMs <= this.joinedMs)
      .at(-1)
    if (!accepted) throw new Error('nobody has taken the call')
    return Math.max(accepted.atMs, spoken?.atMs ?? 0)
  }

  get joinedMs(): number {
    return this.journal('agentJoined').at(-1)?.atMs ?? Number.POSITIVE_INFINITY
  }

  /** Ends the wires of whoever is connected, and our way to the switch, at one moment: a process that is killed. */
  async kill(how: 'and restarted' | 'for good' = 'and restarted'): Promise<void> {
    const { desk, caller } = this
    const path = `/journals/${caller.id}.journal`
    desk.switch.refuses(how === 'for good' ? 1_000 : 0)
    desk.switch.cutControlLinks()
    // Nobody is connected to a daemon that is not there.
    if (how === 'for good') desk.switch.refusesControl(1_000_000)
    const written = desk.journal(caller)
    for (const leg of [caller, ...this.legs]) if (!leg.isOver) leg.cutsWire()
    await desk.clock.settle(12)
    await this.pass(1)
    desk.files.remove(path)
    desk.files.grow(path, Buffer.concat(written.map(frameEntry)))
    this.news.length = 0
    desk.restart()
    if (how === 'for good') {
      desk.pbx.stop()
      desk.adoptions.stop()
    }
    this.watch()
  }

  /** The process ends on purpose and is followed by another. */
  async upgrade(): Promise<void> {
    await this.desk.passing(this.desk.calls.suspend())
    this.desk.restart()
    this.watch()
  }

  /** The announcement was heard whole, no silence was longer than a second, and this was heard in this order. */
  expectHeard(...order: string[]): void {
    const { caller, desk } = this
    expect(desk.heardBy(caller)).toEqual(order.flatMap(one => (one === ANNOUNCEMENT ? ANNOUNCED : one)))
    this.expectNoSilence()
  }

  /** From the announcement's beginning until the assistant tells what became of it, or to the last that was played. */
  expectNoSilence(limitMs = 1_000): void {
    const { plays } = this.caller
    const announced = plays.filter(({ path }) => ANNOUNCED.includes(this.desk.prompts.textOf(path)))
    expect(announced.map(({ how }) => how)).toEqual(['done', 'done'])
    const [announcement] = announced
    const told = plays.find(({ path }) => this.desk.prompts.textOf(path).startsWith('Desk:')) ?? plays.at(-1)
    const toMs = told?.startedMs ?? 0
    expect(this.caller.longestSilenceMs({ fromMs: announcement?.startedMs ?? 0, toMs })).toBeLessThanOrEqual(
      limitMs,
    )
  }

  /** Nobody's phone rings and no agent is on the line, within a second. */
  async expectNobodyLeft(withinMs = 1_000): Promise<void> {
    await this.pass(withinMs)
    expect(this.legs.filter(leg => !leg.isOver).length).toBe(0)
  }

  /** The assistant has the caller again and says why; the conversation goes on. */
  async expectBack(outcome: TransferOutcome, cause?: string | RegExp): Promise<void> {
    const { desk, caller } = this
    await desk.hears(caller, `Desk: ${outcome}.`, 60_000)
    expect(this.ends.at(-1)).toMatchObject({ type: 'transfer', to: 'desk', outcome })
    if (cause !== undefined) expect((this.ends.at(-1) as { cause: string }).cause).toMatch(cause)
    expect(this.ends).toHaveLength(1)
    expect(caller.variable('parley_outcome')).toBe(outcome)
    expect(this.statuses.filter(status => status.startsWith('completed'))).toEqual([`completed: ${outcome}`])
    expect(this.statuses[0]).toBe('initiated')
    await this.expectNobodyLeft()
    await desk.passing(caller.hearsSilence({ ms: 200 }))
    await desk.says(caller, 'thank you')
    await desk.hears(caller, 'You said thank you.')
  }

  async hangUp(): Promise<void> {
    this.caller.hangsUp()
    await this.pass(1_000)
    expect(this.desk.ending(this.caller)).toMatchObject({ by: 'caller', why: 'hung-up' })
  }
}

export function usualAnswer(input: Input): Directive[] {
  switch (input.type) {
    case 'start':
      return [{ type: 'transfer', to: 'desk', announce: ANNOUNCEMENT }]
    case 'transfer':
      return [say(`Desk: ${input.outcome}.`)]
    case 'speech':
      return [say(`You said ${input.text}.`)]
    case 'resume':
      return [say(`Again, ${input.transfer?.outcome ?? 'without more'}.`)]
    default:
      return []
  }
}

/** Ears on a leg, as a daemon has them. */
export function earsOf(desk: Desk): (leg: Leg, post: (event: CallEvent) => void) => CallListener {
  let recordings = 0
  return (leg, post) =>
    new Listener({
      leg,
      followers: desk.followers,
      detectors,
      recognizer: desk.recognizer,
      clock: desk.clock,
      files: desk.files,
      ids: { next: () => `ears-${recordings++}` },
      log: recordingLog(desk.log),
      folder: '/spool',
      policy: testProfile.policy,
      hints: [],
      language: testProfile.language,
      post,
    })
}

/** The agent takes the call, in the way that their way asks for. */
export function accept(desk: Desk, { name }: Way, person: Caller, afterMs: number): void {
  if (name === 'conference') return
  if (name === 'warm by word') {
    desk.recognizer.willHear('yes please')
    void person.says(voice.sayAt8k('yes please'), { text: 'yes please', afterMs })
  } else void person.presses('1', { afterMs })
}

/** The shipped guard, as far as it matters here: two tries, then people; as often as we end on purpose. */
export function guard(desk: Desk): Partial<CallOptions> {
  const socket = { do: 'socket', to: [() => desk.dial()] } as const
  const steps = (attempt: string): DialplanStep[] => [
    { do: 'set', name: 'parley_attempt', value: attempt },
    { do: 'set', name: 'socket_resume', value: 'true' },
    { do: 'schedTransfer', afterMs: 7_000, to: 'parley-people' },
    socket,
    { do: 'unschedule' },
  ]
  const moment: DialplanStep[] = [
    { do: 'playback', path: 'tone_stream://%(1000,0,300)' },
    { do: 'set', name: 'parley_planned', value: 'false' },
  ]
  guards.set('again', [...moment, ...steps('2'), { do: 'transfer', to: 'parley-people' }])
  return {
    dialplan: [
      { do: 'answer' },
      ...steps('1'),
      ...moment,
      ...steps('2'),
      { do: 'transfer', to: 'parley-people' },
    ],
  }
}

const guards = new Map<string, DialplanStep[]>()

/** Where the guard sends whoever comes out behind the last try. */
export function guardedPeople(variables: ReadonlyMap<string, string>): readonly DialplanStep[] {
  if (variables.get('parley_planned') === 'true') return guards.get('again') ?? []
  return [
    { do: 'set', name: 'socket_resume', value: 'false' },
    { do: 'stopRecordings' },
    { do: 'transfer', to: '2000' },
  ]
}

function isTaken(state: string | undefined): boolean {
  return state === 'accepted' || state === 'meeting' || state === 'joined'
}
