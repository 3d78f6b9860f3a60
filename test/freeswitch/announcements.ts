// What a caller hears while somebody is fetched, at the caller's own phone: our words to their end, and then never silence; and the
// way to people who answer for themselves, there and back.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Check, Findings } from './findings.ts'
import {
  hearEachOther,
  isBack,
  longestPrompt,
  type Phones,
  phoneAt,
  resumedWith,
  type Scene,
  scene,
  until,
  withPeople,
  wrote,
} from './transfer-scene.ts'

/** The longest of all sentences in these checks: it is found by that. */
const LONG_ANNOUNCEMENT =
  'Please stay on the line while I put you through to one of my colleagues at the desk who can help you with this'
const SILENCE_MS = 1_000
/** A ring-back tone comes every five seconds. */
const RING_BACK_SILENCE_MS = 4_300
const QUEUE = '3000'

const queue = () => ({ destinations: { desk: { number: QUEUE, context: 'public' } } })

export const announcementChecks: readonly Check[] = [
  scene(
    'the announcement is heard whole although the agent is there at once, then both meet',
    { announce: LONG_ANNOUNCEMENT },
    async it => {
      const sound = it.caller.keepSound()
      await until('they meet', () => wrote(it, 'agentJoined'))
      const endedMs = heardWhole(it, sound)
      it.findings.expect(
        (it.agent.answeredMs ?? Number.POSITIVE_INFINITY) < endedMs,
        'the agent was not there before the announcement was over',
      )
      await hearEachOther(it)
    },
  ),
  ...[
    { name: 'music', music: undefined, boundMs: SILENCE_MS },
    { name: 'ring-back', music: '', boundMs: RING_BACK_SILENCE_MS },
  ].map(({ name, music, boundMs }) =>
    scene(
      `the announcement is heard whole, then ${name} until they meet`,
      {
        announce: LONG_ANNOUNCEMENT,
        rung: { ringSeconds: 30 },
        prepare: agent => {
          agent.answering = { afterMs: null, status: '' }
        },
        configure: () => ({ transfer: music === undefined ? {} : { music } }),
      },
      async it => {
        const sound = it.caller.keepSound()
        await until('our words are over', () => wrote(it, 'speechFinished'))
        const wordsMs = performance.now()
        await until(
          'something follows them',
          () => sound.longestSilenceMs(wordsMs, performance.now()) < performance.now() - wordsMs,
        )
        it.findings.within('from our last word to the first sound', performance.now() - wordsMs, SILENCE_MS)
        await until('a while is over', () => performance.now() - wordsMs > boundMs + SILENCE_MS)
        it.agent.answer()
        await until('they meet', () => wrote(it, 'agentJoined'))
        const metMs = performance.now()
        const endedMs = heardWhole(it, sound)
        it.findings.within(
          `the longest silence until they met, ${Math.round(metMs - endedMs)} ms later,`,
          sound.longestSilenceMs(endedMs, metMs),
          boundMs,
        )
        await hearEachOther(it)
      },
    ),
  ),
  scene(
    'handed over: announced to the end, then a queue that answers at once',
    { announce: LONG_ANNOUNCEMENT, configure: queue },
    async it => {
      const sound = it.caller.keepSound()
      await isHandedOver(it)
      heardWhole(it, sound)
    },
  ),
  scene(
    'handed over and sent back by the queue: the assistant has the caller, and knows why',
    { configure: queue },
    async it => {
      await isHandedOver(it)
      await it.ground.pbx.link.api('uuid_transfer', `${it.id} parley-return-busy XML public`)
      await until('the assistant has the caller again', () => resumedWith(it).length > 0)
      it.findings.expect(
        resumedWith(it).join() === 'no-answer busy',
        `the assistant is told: ${resumedWith(it).join()}`,
      )
      const hops = await variable(it, 'parley_hops')
      it.findings.expect(hops === '2', `parley_hops is ${hops}`)
    },
  ),
  scene(
    'nobody of the ladder comes: the caller is handed over to the queue',
    {
      prepare: agent => {
        agent.answering = { afterMs: 50, status: '486 Busy Here' }
      },
      configure: ({ agent }) => ({
        destinations: {
          desk: { number: QUEUE, context: 'public', ladder: [{ targets: [phoneAt(agent)] }] },
        },
      }),
    },
    async it => {
      await isHandedOver(it)
      const told = it.asked.filter(({ input }) => input.type === 'transfer')
      it.findings.expect(told.length === 0, 'the assistant was asked')
    },
  ),
  scene(
    'the caller holds while it rings, and is told nothing meanwhile; then both meet',
    {
      prepare: agent => {
        agent.answering = { afterMs: null, status: '' }
      },
    },
    async it => {
      await until('our words are over', () => wrote(it, 'speechFinished'))
      it.caller.hold(true)
      await until('we know', () => wrote(it, 'held'))
      await sleep(300)
      it.agent.answer()
      await until('the agent is there', () => wrote(it, 'agentAccepted'))
      it.findings.expect(!wrote(it, 'agentJoined'), 'they met while the caller held')
      it.caller.hold(false)
      await until('they meet', () => wrote(it, 'agentJoined'))
      await hearEachOther(it)
      it.caller.hangUp()
      await until('the agent is let go', () => it.agent.overMs !== undefined, SILENCE_MS)
    },
  ),
  scene('closed for the day: refused before anything rings', { configure: closed }, async it => {
    await isBack(it, 'unreachable')
    it.findings.expect(it.agent.invites.length === 0, 'the agent was called')
  }),
]

function closed({ agent }: Phones) {
  const ladder = [{ targets: [phoneAt(agent)] }]
  return { destinations: { desk: { ladder, hours: { timeZone: 'UTC', open: [], holidays: everyDay() } } } }
}

/** The days around now, whatever the clock. */
function everyDay(): string[] {
  const dayMs = 86_400_000
  return [-1, 0, 1].map(days => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10))
}

/** Gives when it was over. */
function heardWhole(it: Scene, sound: ReturnType<Scene['caller']['keepSound']>): number {
  const { heard, of, endedMs } = sound.wholeOf(longestPrompt(it))
  const seconds = (ms: number) => (ms / 1_000).toFixed(2)
  note(it.findings, `of ${of} tenths of a second of the announcement ${heard} were heard`)
  it.findings.expect(of > 20, `the announcement is too short to tell anything: ${seconds(of * 100)} s`)
  it.findings.expect(heard >= of - 1, `of ${of} tenths of a second of the announcement ${heard} were heard`)
  return endedMs
}

function note({ notes }: Findings, text: string): void {
  notes.push(text)
}

async function isHandedOver(it: Scene): Promise<void> {
  await until('the call is over for us', () => wrote(it, 'ended'))
  await until('people have the caller', () => withPeople(it))
  const outcome = await variable(it, 'parley_outcome')
  it.findings.expect(outcome === 'handed-over', `the outcome is ${outcome}`)
  const recordings = await variable(it, 'parley_recordings')
  it.findings.expect(/^(_undef_)?$/.test(recordings), `recordings go on: ${recordings}`)
}

async function variable({ ground, id }: Scene, name: string): Promise<string> {
  return (await ground.pbx.link.api('uuid_getvar', `${id} ${name}`)).trim()
}
