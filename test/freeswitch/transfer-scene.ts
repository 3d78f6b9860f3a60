// What every check of a transfer needs: a caller who is greeted and brought to the desk, an agent with a phone, and a look at both.

import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeWav, toMono } from '../../src/audio/wav.ts'
import type { Input } from '../../src/engine/engine.ts'
import { say } from '../fakes/providers.ts'
import { GREETING } from '../scenarios/answers.ts'
import type { Assistant } from '../scenarios/venue.ts'
import { headerOf } from './dial-string.ts'
import type { Check, Findings } from './findings.ts'
import { type Ground, PATIENCE_MS, Service, trail } from './service.ts'
import { PROFILES } from './situations.ts'
import { TonePhone } from './tone-phone.ts'

export const CALLER_HZ = 700
export const AGENT_HZ = 1_100
export const MUSIC_HZ = 350
const MUSIC = `tone_stream://%(1000,0,${MUSIC_HZ});loops=-1`
const ANNOUNCEMENT = 'I will put you through to the desk.'
/** What is left after a hang-up. */
export const GONE_MS = 1_000
const LOOK_EVERY_MS = 5
export const WITHDRAW_KEY = '*'
/** A caller who is brought to somebody may think better of it. */
const ASSISTANTS = PROFILES.map(profile => ({ ...profile, withdrawKey: WITHDRAW_KEY }))

type Way = 'conference' | 'warm'

export interface Scene {
  ground: Ground
  service: Service
  caller: TonePhone
  agent: TonePhone
  others: readonly TonePhone[]
  id: string
  asked: readonly { input: Input }[]
  /** When the dialplan sent the caller to people, as of performance.now(). */
  sentToPeopleMs: readonly number[]
  findings: Findings
}

export interface Options {
  way?: Way
  restarts?: boolean
  afterTalk?: 'assistant' | 'end'
  /** Whom to ring; not given: the agent's phone. */
  target?: object
  /** Laid over the one rung. */
  rung?: object
  prepare?: Prepare
  /** What the assistant says before somebody is there. */
  announce?: string
  /** The assistant, in place of one that brings the caller to the desk; null: nobody calls. */
  answer?: Assistant['answer'] | null
  /** Of the caller's leg. */
  variables?: Readonly<Record<string, string>>
  /** Laid over the configuration, section by section. */
  configure?: (phones: Phones, ground: Ground) => Sections | Promise<Sections>
}

export interface Phones {
  caller: TonePhone
  agent: TonePhone
  others: readonly TonePhone[]
}

export type Sections = Readonly<Record<string, object>>

type Arrived = Pick<Scene, 'id' | 'asked' | 'sentToPeopleMs'>

const nobody: Arrived = { id: '', asked: [], sentToPeopleMs: [] }

/** Gives the other phones of the agent. */
export type Prepare = (agent: TonePhone, ground: Ground) => Promise<TonePhone[]> | void

export function scene(name: string, options: Options, play: (scene: Scene) => Promise<void>): Check {
  return { name: `transfer: ${name}`, run: (ground, findings) => playScene(ground, findings, options, play) }
}

export async function playScene(
  ground: Ground,
  findings: Findings,
  options: Options,
  play: (scene: Scene) => Promise<void>,
): Promise<void> {
  const { way = 'conference', restarts = false, afterTalk = 'end', target, rung, prepare } = options
  const [caller, agent] = [await TonePhone.open(CALLER_HZ), await TonePhone.open(AGENT_HZ)]
  const others = (await prepare?.(agent, ground)) ?? []
  const { destinations, transfer, ...sections } =
    (await options.configure?.({ caller, agent, others }, ground)) ?? ({} as Sections)
  const desk = {
    ladder: [
      {
        targets: [target ?? phoneAt(agent)],
        ringSeconds: 10,
        machines: false,
        ...(way === 'warm' && { accept: 'key' }),
        ...rung,
      },
    ],
    way,
    afterTalk,
  }
  const people = { number: '2000', context: 'public' }
  const configuration = {
    ...sections,
    destinations: { desk, people, ...destinations },
    transfer: { sipProfile: 'internal', music: MUSIC, ...transfer },
  }
  const phones = [caller, agent, ...others]
  const service = await Service.start(ground, { restarts, profiles: ASSISTANTS, configuration }).catch(
    async (error: unknown) => {
      await Promise.all(phones.map(phone => phone.close()))
      throw error
    },
  )
  let id = ''
  try {
    const { answer = bringing(options.announce ?? ANNOUNCEMENT) } = options
    const arrived = answer ? await dials(ground, service, caller, answer, options.variables) : nobody
    id = arrived.id
    await play({ ground, service, caller, agent, others, ...arrived, findings })
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${trail(service.journal(id))}`, {
      cause: error,
    })
  } finally {
    await Promise.all(phones.map(phone => phone.close()))
    await until('no leg is left', async () => (await ground.pbx.channels()) === 0, 3_000).catch(error =>
      findings.faults.push(String(error)),
    )
    const rooms = (await ground.pbx.link.api('conference', 'list')).trim()
    ground.pbx.link.unfollow(id)
    findings.expect(rooms === '+OK No active conferences.', `rooms are left: ${rooms}`)
    findings.faults.push(...(await service.close()))
  }
}

/** A phone as what a ladder rings. */
export function phoneAt({ port }: TonePhone, more: object = {}): object {
  return { type: 'sip', uri: `sip:desk@127.0.0.1:${port};transport=udp`, ...more }
}

/** The caller is with the assistant. */
export async function dials(
  { pbx }: Ground,
  service: Service,
  caller: TonePhone,
  answer: Assistant['answer'],
  variables: Readonly<Record<string, string>> = {},
): Promise<Arrived> {
  const mark = randomUUID()
  const arrived = Promise.withResolvers<Arrived>()
  pbx.link.follow(mark, ({ headers }) => {
    const id = headers['Unique-ID'] ?? ''
    const sentToPeopleMs: number[] = []
    pbx.link.follow(id, ({ name }) => {
      if (name === 'parley::people') sentToPeopleMs.push(performance.now())
    })
    arrived.resolve({ id, asked: service.answers(id, answer), sentToPeopleMs })
  })
  caller.dial(pbx.sipPort, '5000', {
    'X-Parley-Caller': mark,
    'X-Parley-Port': String(service.manager.port),
    'X-Parley-Variables': headerOf({ parley_guarded: 'true', parley_profile: 'plain', ...variables }),
  })
  try {
    return await arrived.promise
  } finally {
    pbx.link.unfollow(mark)
  }
}

/** Greets, and brings the caller to the desk. */
function bringing(announce: string): Assistant['answer'] {
  return input => {
    if (input.type === 'start') return [say(GREETING), { type: 'transfer', to: 'desk', announce }]
    return input.type === 'transfer' || input.type === 'resume' ? [say('Here I am again.')] : []
  }
}

/** What the longest of the prompts that were made sounds like: mono, 8 kHz. */
export function longestPrompt({ ground }: Scene): Int16Array {
  const folder = join(ground.folder, 'state', 'prompts')
  const prompts = readdirSync(folder)
    .filter(name => name.endsWith('.wav'))
    .map(name => decodeWav(readFileSync(join(folder, name))))
  const [longest] = prompts.sort((one, other) => other.samples.length - one.samples.length)
  if (!longest) throw new Error('no prompt was made')
  return toMono(longest)
}

export async function meet(it: Scene, way: Way): Promise<void> {
  await until('the agent has answered', () => it.agent.answeredMs !== undefined)
  if (way === 'warm') {
    await isBriefed(it)
    it.agent.press('1')
  }
  await until('they meet', () => wrote(it, 'agentJoined'))
  await hearEachOther(it)
}

export function isBriefed(it: Scene): Promise<void> {
  return until('the agent is briefed', () => wrote(it, 'transferProgressed', 'briefing'))
}

export async function hearEachOther({ caller, agent }: Pick<Scene, 'caller' | 'agent'>): Promise<void> {
  caller.listenFor(agent.hz)
  agent.listenFor(caller.hz)
  caller.isSounding = agent.isSounding = true
  await until('the caller hears the agent', () => caller.heardMs(agent.hz) !== undefined, 2_000)
  await until('the agent hears the caller', () => agent.heardMs(caller.hz) !== undefined, 2_000)
  caller.isSounding = agent.isSounding = false
}

export async function isBack(it: Scene, outcome: string): Promise<void> {
  const told = () =>
    it.asked.flatMap(({ input }) => (input.type === 'transfer' ? [input.outcome as string] : []))
  await until('the assistant is told', () => told().length > 0)
  it.findings.expect(told().join() === outcome, `the assistant is told: ${told().join()}`)
  it.findings.expect(it.caller.isInCall, 'the caller is gone')
}

/** What became of the transfer, and its cause, as the assistant was told when a call was resumed; `nothing` for none. */
export function resumedWith({ asked }: Pick<Scene, 'asked'>): string[] {
  return asked.flatMap(({ input }) => {
    if (input.type !== 'resume') return []
    return [input.transfer ? `${input.transfer.outcome} ${input.transfer.cause}`.trim() : 'nothing']
  })
}

export function wrote({ service, id }: Scene, type: string, state?: string): boolean {
  return service
    .journal(id)
    .some(entry => entry.type === type && (state === undefined || entry.state === state))
}

/** The dialplan's: what the assistant plays would look the same on the leg. */
export async function withPeople({ ground, id, sentToPeopleMs }: Scene): Promise<boolean> {
  if (sentToPeopleMs.length === 0) return false
  const application = await ground.pbx.link.api('uuid_getvar', `${id} current_application`).catch(() => '')
  return /playback|sleep/.test(application)
}

export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = PATIENCE_MS,
): Promise<void> {
  const untilMs = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > untilMs) throw new Error(`not within ${withinMs} ms: ${what}`)
    await sleep(LOOK_EVERY_MS)
  }
}
