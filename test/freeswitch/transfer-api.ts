// The API of transfers on a real switch: agent and user fetched for a session, the number that leads into their room, calls that we
// make, and supervisors. Who hears whom is told by tones.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { takePosts } from '../apps/api-stage.ts'
import { freePort } from '../apps/processes.ts'
import { say } from '../fakes/providers.ts'
import { callerVoice } from '../fakes/voice.ts'
import { GREETING } from '../scenarios/answers.ts'
import type { Check } from './findings.ts'
import { TonePhone } from './tone-phone.ts'
import {
  GONE_MS,
  hearEachOther,
  longestPrompt,
  meet,
  type Options,
  type Phones,
  phoneAt,
  type Scene,
  scene,
  until,
  wrote,
} from './transfer-scene.ts'
import { MAILBOX } from './warm.ts'

const TOKEN = 'a-token-of-the-operator-of-this-test'
const USER = '+4930123'
const BOSS_HZ = 1_500
const SESSION = '4711'
/** What is not heard by then is not heard. */
const UNHEARD_MS = 400
const LONG_SENTENCE =
  'This is a longer sentence of the assistant which the supervisor has to hear from its beginning to its end.'

type Ask = (
  method: string,
  path: string,
  body?: object,
) => Promise<{ status: number; body: Record<string, unknown> }>

/** The numbers of the world are the caller's phone. */
function apiScene(name: string, options: Options, play: (it: Scene, ask: Ask) => Promise<void>): Check {
  let port = 0
  const configure: Options['configure'] = async (phones, ground) => {
    port = await freePort()
    const world = { pattern: '+49*', type: 'sip', host: `127.0.0.1:${phones.caller.port};transport=udp` }
    const { destinations, transfer, ...sections } = (await options.configure?.(phones, ground)) ?? {}
    return {
      web: { enabled: true, port, token: TOKEN },
      transfer: { patterns: [world], trunkNumber: '+15559999', ...transfer },
      callsOut: { patterns: [world] },
      destinations: { ...boss(phones), ...destinations },
      ...sections,
    }
  }
  const ask: Ask = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  return scene(`API: ${name}`, { ...options, configure }, it => play(it, ask))
}

function boss({ others: [phone] }: Phones) {
  if (!phone) return {}
  const ladder = [{ targets: [phoneAt(phone)], ringSeconds: 10, machines: false, accept: 'answer' }]
  return { boss: { ladder, way: 'conference' } }
}

const withBoss: Options = { prepare: async () => [await TonePhone.open(BOSS_HZ)] }
const greets: Options['answer'] = input => (input.type === 'start' ? [say(GREETING)] : [])
const together = { extension: 'desk', userNumber: USER, sessionId: SESSION, profile: 'plain' }

export const apiChecks: readonly Check[] = [
  apiScene(
    'agent and user of a session, somebody who dials into their room, and the user leaves',
    { ...withBoss, answer: null },
    async (it, ask) => {
      const { caller: user, agent } = it
      const guest = theBoss(it)
      const { status, body } = await ask('POST', '/v1/transfers', together)
      it.findings.expect(status === 202, `the API answers ${status} ${JSON.stringify(body)}`)
      await until('both have answered', () => user.isInCall && agent.isInCall)
      // An outside number may be a machine.
      await user.says(it.ground.voice.sayAt8k('hello there', callerVoice))
      await hears(user, agent)
      await hearEachOther(it)
      guest.dial(it.ground.pbx.sipPort, `transfer_${SESSION}`, {})
      await until('the guest is in', () => guest.isInCall, 3_000)
      await hearEachOther({ caller: user, agent: guest })
      await hearEachOther({ caller: guest, agent })
      // The first events of a switch that has just been started come half a second late.
      const view = async () => (await ask('GET', `/v1/transfers/${body.id}`)).body
      await until('we know that they talk', async () => (await view()).state === 'joined', 3_000)
      user.hangUp()
      await until('agent and guest are let go', () => !agent.isInCall && !guest.isInCall, GONE_MS)
      await isTold(it, ask, body.id, 'answered')
    },
  ),
  apiScene(
    'a number of no room is refused before it is answered',
    { ...withBoss, answer: null },
    async it => {
      const guest = theBoss(it)
      guest.dial(it.ground.pbx.sipPort, 'transfer_4712', {})
      await until('it is refused', () => guest.refused !== undefined, 3_000)
      it.findings.expect(guest.refused?.includes('404') === true, `refused with ${guest.refused}`)
    },
  ),
  apiScene(
    'the agent of a session is busy: the user is told, and let go',
    {
      answer: null,
      prepare: agent => {
        agent.answering = { afterMs: 800, status: '486 Busy Here' }
      },
    },
    async (it, ask) => {
      const { caller: user } = it
      const { body } = await ask('POST', '/v1/transfers', together)
      await until('the user has answered', () => user.isInCall)
      await until('the user is let go', () => !user.isInCall, 5_000)
      await isTold(it, ask, body.id, 'busy')
    },
  ),
  apiScene(
    'an unknown destination, and a number that no pattern allows: refused, and nothing rings',
    { answer: null },
    async (it, ask) => {
      for (const order of [
        { ...together, extension: 'the moon' },
        { ...together, userNumber: '+15550000' },
      ]) {
        const { status, body } = await ask('POST', '/v1/transfers', order)
        it.findings.expect(status === 422, `the API answers ${status} ${JSON.stringify(body)}`)
      }
      await sleep(300)
      it.findings.expect(it.agent.invites.length + it.caller.invites.length === 0, 'somebody was called')
    },
  ),
  apiScene('a person who is called hears the assistant', { answer: null }, async (it, ask) => {
    const { caller: person } = it
    const callId = await calls(it, ask, { text: GREETING })
    await until('the person has answered', () => person.isInCall)
    const sound = person.keepSound()
    const fromMs = performance.now()
    await person.says(it.ground.voice.sayAt8k('hello there', callerVoice))
    const saidMs = performance.now()
    await until('the assistant is heard', () => sound.hasSound, 8_000)
    it.findings.within('from the answer to the assistant’s first sound', performance.now() - fromMs, 5_000)
    it.findings.notes.push(`of it after the person’s hello ${Math.round(performance.now() - saidMs)} ms`)
    const { body: view } = await ask('GET', `/v1/calls/${callId}`)
    it.findings.expect(view.direction === 'outbound', `the call is ${JSON.stringify(view)}`)
    person.hangUp()
  }),
  apiScene('a machine that is called is let go', { answer: null }, async (it, ask) => {
    const { caller: machine } = it
    const outcome = await told(it, ask, async () => {
      await until('the machine has answered', () => machine.isInCall)
      void machine.says(it.ground.voice.sayAt8k(MAILBOX, callerVoice))
      await until('the machine is let go', () => !machine.isInCall, 10_000)
    })
    it.findings.expect(outcome === 'machine', `told: ${outcome}`)
  }),
  apiScene('somebody who is called is busy: told so', { answer: null }, async (it, ask) => {
    it.caller.answering = { afterMs: 100, status: '486 Busy Here' }
    const outcome = await told(it, ask, async () => {})
    it.findings.expect(outcome === 'busy', `told: ${outcome}`)
  }),
  apiScene(
    'a supervisor of a caller who is with the assistant: listens, whispers, speaks, takes over',
    { ...withBoss, answer: greets },
    async (it, ask) => {
      const { caller } = it
      const supervisor = theBoss(it)
      await until('the caller is greeted', () => wrote(it, 'speechFinished'))
      await supervises(it, ask, 'listen')
      await hears(supervisor, caller)
      await hearsNot(caller, supervisor)
      const sound = supervisor.keepSound()
      await ask('POST', `/v1/calls/${it.id}/say`, { text: LONG_SENTENCE })
      await until('the assistant has said it', () => said(it).includes(LONG_SENTENCE))
      await sleep(100)
      const { heard, of } = sound.wholeOf(longestPrompt(it))
      it.findings.notes.push(
        `of ${of} tenths of a second of the assistant’s sentence the supervisor heard ${heard}`,
      )
      it.findings.expect(heard > 0.8 * of, 'the supervisor does not hear the assistant')
      await leaves(supervisor)
      await supervises(it, ask, 'whisper')
      await hears(caller, supervisor)
      await leaves(supervisor)
      await supervises(it, ask, 'barge')
      await hears(caller, supervisor)
      await hears(supervisor, caller)
      await leaves(supervisor)
      it.findings.expect(caller.isInCall, 'the caller is gone')
      await supervises(it, ask, 'take-over')
      await until('they meet', () => wrote(it, 'agentJoined'))
      await hearEachOther({ caller, agent: supervisor })
    },
  ),
  apiScene('a supervisor of a talk: listens, whispers, speaks, takes over', withBoss, async (it, ask) => {
    const { caller, agent } = it
    const supervisor = theBoss(it)
    await meet(it, 'conference')
    await supervises(it, ask, 'listen')
    await hears(supervisor, caller)
    await hears(supervisor, agent)
    await hearsNot(caller, supervisor)
    await hearsNot(agent, supervisor)
    await leaves(supervisor)
    await supervises(it, ask, 'whisper')
    await hears(agent, supervisor)
    await hearsNot(caller, supervisor)
    await leaves(supervisor)
    await hearEachOther(it)
    await supervises(it, ask, 'barge')
    await hears(agent, supervisor)
    await hears(caller, supervisor)
    await leaves(supervisor)
    await hearEachOther(it)
    await supervises(it, ask, 'take-over')
    await until('the agent is let go', () => !agent.isInCall, 5_000)
    await hearEachOther({ caller, agent: supervisor })
  }),
]

function theBoss({ others: [phone] }: Scene): TonePhone {
  if (!phone) throw new Error('there is no supervisor')
  return phone
}

/** What the API tells of a session's transfer that is over. */
async function isTold(it: Scene, ask: Ask, id: unknown, outcome: string): Promise<void> {
  const view = async () => (await ask('GET', `/v1/transfers/${id}`)).body
  await until('the transfer is over for us', async () => (await view()).state === 'ended', 3_000)
  const last = await view()
  it.findings.expect(last.outcome === outcome, `the transfer is ${JSON.stringify(last)}`)
}

/** Has somebody called, with whom the assistant talks. Resolves to the call's id. */
async function calls(
  it: Scene,
  ask: Ask,
  { text = GREETING, ...more }: { text?: string; statusCallback?: string },
): Promise<string> {
  const { status, body } = await ask('POST', '/v1/calls', {
    to: USER,
    profile: 'plain',
    context: { ticket: randomUUID() },
    ...more,
  })
  it.findings.expect(status === 202, `the API answers ${status} ${JSON.stringify(body)}`)
  it.service.answers(String(body.callId), input => (input.type === 'start' ? [say(text)] : []))
  return String(body.callId)
}

/** Calls the world, and resolves to the outcome that whoever wants to know is told. */
async function told(it: Scene, ask: Ask, play: () => Promise<void>): Promise<string | undefined> {
  const posts = await takePosts()
  try {
    await calls(it, ask, { statusCallback: posts.url })
    await play()
    await until('all is told', () => posts.fields.some(({ Status }) => Status === 'completed'), 5_000)
    return posts.fields.at(-1)?.Outcome
  } finally {
    posts.close()
  }
}

/** Resolves when the supervisor's phone has answered. */
async function supervises(it: Scene, ask: Ask, mode: string): Promise<void> {
  const supervisor = theBoss(it)
  supervisor.renew()
  const { status, body } = await ask('POST', `/v1/calls/${it.id}/supervise`, { extension: 'boss', mode })
  it.findings.expect(status === 202, `${mode}: the API answers ${status} ${JSON.stringify(body)}`)
  await until(`${mode}: the supervisor has answered`, () => supervisor.isInCall, 3_000)
}

async function leaves(supervisor: TonePhone): Promise<void> {
  supervisor.hangUp()
  await sleep(150)
}

async function hears(one: TonePhone, other: TonePhone): Promise<void> {
  one.listenFor(other.hz)
  other.isSounding = true
  await until(`${one.hz} Hz hears ${other.hz} Hz`, () => one.heardMs(other.hz) !== undefined, 2_000)
  other.isSounding = false
}

async function hearsNot(one: TonePhone, other: TonePhone): Promise<void> {
  await sleep(200) // what is still on its way
  one.listenFor(other.hz)
  other.isSounding = true
  await sleep(UNHEARD_MS)
  other.isSounding = false
  if (one.heardMs(other.hz) !== undefined) throw new Error(`${one.hz} Hz hears ${other.hz} Hz`)
}

function said(it: Scene): string {
  return it.service
    .journal(it.id)
    .filter(({ type }) => type === 'promptSpoken')
    .map(({ text }) => String(text))
    .join(' ')
}
