// A scenario: one call, one behaviour, as data. The same list runs on the embedded switch, with the real daemon over TCP, and on a
// real FreeSWITCH.

import { expect } from 'vitest'
import type { JournalEntry } from '../../src/call/journal.ts'
import type { Profile } from '../../src/call/profile.ts'
import { unreachable } from '../../src/lib/unreachable.ts'
import type { Voice } from '../fakes/voice.ts'
import { testProfile } from '../profile.ts'
import type { Assistant, Dialling, Phone, Trouble, Venue } from './venue.ts'

/** What the caller does, or what must be so before the next step. */
export type Step =
  /** The beginning of one of the assistant's sentences, not counting those heard in earlier steps. */
  | { do: 'hears'; text: string; withinMs?: number }
  /** The assistant has finished: nothing audible for so long. */
  | { do: 'hearsNothing'; ms: number }
  | { do: 'says'; text: string }
  /** Speaks into the assistant's words, after so much of them. */
  | { do: 'interrupts'; text: string; afterMs: number }
  | { do: 'presses'; digits: string }
  | { do: 'waits'; ms: number }
  | { do: 'holds'; ms: number }
  | { do: 'hangsUp' }
  | { do: 'isSentTo'; number: string; withinMs?: number }
  | { do: 'callIsOver'; withinMs?: number }
  /** Exactly these utterances were understood so far. */
  | { do: 'wasUnderstood'; texts: readonly string[] }
  /** These sentences, and no others, have been begun so far. */
  | { do: 'hasHeard'; texts: readonly string[] }

export interface Scenario {
  name: string
  /** What it shows, in one sentence. */
  intent: string
  profile?: Partial<Omit<Profile, 'policy'>>
  policy?: Partial<Profile['policy']>
  answer: Assistant['answer']
  trouble?: Trouble
  dialling?: Dialling
  steps: readonly Step[]
  /** The ending in the journal, as far as it matters. */
  ends: object
  /** Why it can only run on the embedded switch; absent when it runs everywhere. */
  onlyEmbedded?: string
}

/** Every word that callers say: the phrase book of whoever recognizes. */
export function phrasesOf(scenarios: readonly Scenario[]): string[] {
  const texts = scenarios.flatMap(({ steps }) =>
    steps.flatMap(step => (step.do === 'says' || step.do === 'interrupts' ? [step.text] : [])),
  )
  return [...new Set(texts)]
}

export function assistantOf({ name, profile, policy, answer, trouble }: Scenario): Assistant {
  return {
    profile: { ...testProfile, ...profile, name, policy: { ...testProfile.policy, ...policy } },
    answer,
    ...(trouble && { trouble }),
  }
}

/** Plays a scenario to its end. Rejects with the step that failed. */
export async function runScenario(scenario: Scenario, venue: Venue, voice: Voice): Promise<void> {
  const phone = await venue.call(assistantOf(scenario), scenario.dialling ?? {})
  const run = new Run(phone, venue, voice)
  for (const [at, step] of scenario.steps.entries()) {
    await run.take(step).catch(error => {
      throw new Error(`step ${at + 1}, ${JSON.stringify(step)}: ${messageOf(error)}`, { cause: error })
    })
  }
  if (scenario.steps.some(step => step.do === 'isSentTo')) phone.hangsUp()
  await run.ended()
  expect(run.entries.at(-1)).toMatchObject({ type: 'ended', ending: scenario.ends })
}

class Run {
  readonly #phone: Phone
  readonly #venue: Venue
  readonly #voice: Voice
  /** Sentences that earlier steps have heard. */
  #heard = 0

  constructor(phone: Phone, venue: Venue, voice: Voice) {
    this.#phone = phone
    this.#venue = venue
    this.#voice = voice
  }

  get entries(): JournalEntry[] {
    return this.#venue.journal(this.#phone.id)
  }

  get #spoken(): string[] {
    return this.entries.flatMap(({ type, text }) => (type === 'promptStarted' ? [String(text)] : []))
  }

  get #understood(): string[] {
    return this.entries.flatMap(({ type, utterance }) =>
      type === 'utteranceHeard' ? [plain((utterance as { text: string }).text)] : [],
    )
  }

  /** The daemon has written how the call ended. */
  async ended(): Promise<void> {
    const isOver = () => this.entries.at(-1)?.type === 'ended'
    for (let waitedMs = 0; !isOver() && waitedMs < ENDING_PATIENCE_MS; waitedMs += 50)
      await this.#venue.pass(50)
    if (!isOver()) throw new Error('the daemon did not end the call')
  }

  take(step: Step): Promise<unknown> {
    return this.#venue.passing(this.#act(step))
  }

  async #act(step: Step): Promise<unknown> {
    const phone = this.#phone
    switch (step.do) {
      case 'hears':
        return this.#hears(step)
      case 'hearsNothing':
        return phone.hearsSilence({ ms: step.ms, withinMs: 30_000 })
      case 'says':
        return phone.says(this.#voice.sayAt8k(step.text), { text: step.text })
      case 'interrupts':
        await phone.hearsSpeech({ withinMs: 15_000 })
        return phone.says(this.#voice.sayAt8k(step.text), { text: step.text, afterMs: step.afterMs })
      case 'presses':
        return phone.presses(step.digits)
      case 'waits':
        return this.#waits(step.ms)
      case 'holds':
        phone.holds()
        await this.#waits(step.ms)
        return phone.unholds()
      case 'hangsUp':
        return phone.hangsUp()
      case 'isSentTo': {
        const { number } = await phone.isSentToPeople({ withinMs: step.withinMs ?? 30_000 })
        return expect(number).toBe(step.number)
      }
      case 'callIsOver':
        return phone.callIsOver({ withinMs: step.withinMs ?? 60_000 })
      case 'wasUnderstood':
        await phone.until(() => this.#understood.length >= step.texts.length, { what: 'was understood' })
        return expect(this.#understood).toEqual(step.texts.map(plain))
      case 'hasHeard':
        return expect(this.#spoken).toEqual(step.texts)
      default:
        return unreachable(step)
    }
  }

  async #hears({ text, withinMs = 15_000 }: Step & { do: 'hears' }): Promise<void> {
    const found = () => this.#spoken.findIndex((one, at) => at >= this.#heard && one.includes(text))
    await this.#phone.until(() => found() >= 0, { withinMs, what: `hears “${text}”` })
    this.#heard = found() + 1
  }

  #waits(ms: number): Promise<void> {
    const untilMs = this.#phone.ms + ms
    return this.#phone.until(() => this.#phone.ms >= untilMs, {
      withinMs: ms + 1_000,
      what: `waits ${ms} ms`,
    })
  }
}

const ENDING_PATIENCE_MS = 10_000

/** Recognizers punctuate and capitalize as they like. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N} ]/gu, '')
    .trim()
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
