// What the journal of an unfinished call tells the next process: who called, what was said, where the caller was going. Pure.
// The journal may be that of an older Parley, so nothing in it is taken for granted: what is not understood is passed over.

import { z } from 'zod'
import type { HistoryEntry } from '../engine/engine.ts'
import type { Extension, LegFacts } from '../pbx/pbx.ts'
import { type Ending, type HandOverReason, isFinal } from './ending.ts'
import type { JournalEntry } from './journal.ts'
import { beginning } from './line.ts'

/** Where a caller was going when their process ended. */
export type Way =
  /** Nothing had been asked yet: the call begins as if it were new. */
  | { to: 'beginning' }
  | { to: 'conversation' }
  | { to: 'people'; because: HandOverReason }
  | { to: 'destination'; destination: Extension; name: string; because: HandOverReason }
  /** Somebody of this destination was being fetched, from this rung of its ladder. */
  | { to: 'agent'; name: string; because: HandOverReason; rung: number }
  /** The caller was with an agent of this destination; because somebody wanted it, or as we could not go on. */
  | { to: 'talk'; name: string; isAsked: boolean }
  /** They were handed over there, and have been sent back: why. */
  | { to: 'assistant'; from: string; cause: string }
  | { to: 'end'; ending: Ending }

export interface Recollection {
  /** As the call came first: its dialplan may have sent it back under another number. */
  facts: Pick<LegFacts, 'id' | 'from' | 'to' | 'callerName' | 'direction'>
  profile: string
  /** That of the call; `speech` is what was spoken last, when the engine had changed it. */
  language: string
  speech: { language: string; voice: string } | null
  /** Wall-clock milliseconds. */
  startedAtMs: number
  /** From the beginning to the last entry. */
  lastedMs: number
  /** That of the last entry: the clock may have been set since the beginning. Wall-clock milliseconds. */
  lastWallMs: number
  turn: number
  history: readonly HistoryEntry[]
  /** What the engine of this name had us keep. */
  session: { engine: string; session: object } | null
  /** Whether the last process ended on purpose. */
  planned: boolean
  /** How often this call has lost its process, not counting what was planned. */
  losses: number
  /** The call was being recorded to be kept, and the caller knew. */
  isKept: boolean
  /** What the caller was asked to key is for the engine alone. */
  isConfidential: boolean
  way: Way
}

const destination = z.object({ number: z.string(), context: z.string() })
const reason = z.custom<HandOverReason>(value => z.object({ why: z.string() }).safeParse(value).success)
const ending = z.custom<Ending>(
  value => z.object({ by: z.string(), why: z.string() }).safeParse(value).success,
)

const admitted = z.object({
  type: z.literal('admitted'),
  startedAtMs: z.number(),
  profile: z.string(),
  language: z.string(),
  facts: z.object({
    id: z.string(),
    from: z.string(),
    to: z.string(),
    callerName: z.string(),
    direction: z.enum(['inbound', 'outbound']),
  }),
})
const known = z.discriminatedUnion('type', [
  z.object({ type: z.literal('resumed'), planned: z.boolean() }),
  z.object({ type: z.literal('session'), engine: z.string(), session: z.record(z.string(), z.unknown()) }),
  z.object({
    type: z.literal('asked'),
    turn: z.number(),
    question: z.looseObject({
      type: z.string(),
      utterance: z.object({ text: z.string() }).optional(),
      digits: z.string().nullable().optional(),
    }),
  }),
  z.object({ type: z.literal('utteranceHeard'), utterance: z.object({ text: z.string() }) }),
  z.object({
    type: z.literal('promptSpoken'),
    turn: z.number(),
    text: z.string(),
    how: z.string(),
    heardMs: z.number(),
    ofMs: z.number(),
  }),
  z.object({
    type: z.literal('directiveGiven'),
    directive: z.looseObject({
      type: z.string(),
      language: z.string().nullish(),
      voice: z.string().nullish(),
    }),
  }),
  z.object({ type: z.literal('recordingKept') }),
  z.object({ type: z.literal('recordingsMasked') }),
  z.object({ type: z.literal('recordingsUnmasked') }),
  z.object({
    type: z.literal('leaving'),
    next: z
      .discriminatedUnion('does', [
        z.object({ does: z.literal('transfer'), to: destination, name: z.string(), because: reason }),
        z.object({ does: z.literal('bring'), name: z.string(), because: reason }),
        z.object({ does: z.literal('talk'), name: z.string(), because: reason.optional() }),
        z.object({ does: z.literal('end'), ending }),
      ])
      .nullable(),
  }),
  z.object({ type: z.literal('transferProgressed'), rung: z.number() }),
  z.object({ type: z.literal('ended'), ending }),
])
type Known = z.infer<typeof known>
type Question = Extract<Known, { type: 'asked' }>['question']
type Spoken = Extract<Known, { type: 'promptSpoken' }>

/**
 * Undefined when there is no call to go on with: it is over, or nothing can be made of the journal. `sentBack`: why a call that
 * was handed over has come to us again (`parley_return`); '' when it has not.
 */
export function recollect(
  id: string,
  entries: readonly JournalEntry[],
  sentBack = '',
): Recollection | undefined {
  const start = entries.findLastIndex(({ type }) => type === 'admitted')
  const first = admitted.safeParse(entries[start])
  if (!first.success || first.data.facts.id !== id) return undefined
  const memory = new Memory(first.data)
  for (const entry of entries.slice(start + 1)) {
    memory.lastedMs = Math.max(memory.lastedMs, entry.atMs)
    if (typeof entry.wallMs === 'number') memory.lastWallMs = entry.wallMs
    const one = known.safeParse(entry)
    if (one.success) memory.take(one.data, entry.atMs)
  }
  return memory.recollection(sentBack)
}

class Memory {
  lastedMs = 0
  lastWallMs: number
  readonly #first: z.infer<typeof admitted>
  readonly #history: HistoryEntry[] = []
  #speech: Recollection['speech'] = null
  #session: Recollection['session'] = null
  #turn = 0
  #asked = false
  #isKept = false
  #isConfidential = false
  #losses = 0
  /** Words that were recognized and have not been put to the engine. */
  #unasked: { text: string; atMs: number } | undefined
  /** What was spoken last, as long as nothing was asked since. */
  #spoken: Spoken | undefined
  #way: Way = { to: 'conversation' }
  #ended: Ending | undefined

  constructor(first: z.infer<typeof admitted>) {
    this.#first = first
    this.lastWallMs = first.startedAtMs
  }

  take(entry: Known, atMs: number): void {
    switch (entry.type) {
      case 'resumed':
        this.#ended = undefined
        this.#way = { to: 'conversation' }
        if (!entry.planned) this.#losses++
        return
      case 'session':
        this.#session = { engine: entry.engine, session: entry.session }
        return
      case 'asked':
        return this.#takeQuestion(entry.turn, entry.question, atMs)
      case 'utteranceHeard':
        this.#unasked = { text: joined(this.#unasked?.text, entry.utterance.text), atMs }
        return
      case 'promptSpoken':
        return this.#takeSpoken(entry, atMs)
      case 'directiveGiven':
        return this.#takeDirective(entry.directive)
      case 'recordingKept':
        this.#isKept = true
        return
      case 'recordingsMasked':
        this.#isConfidential = true
        return
      case 'recordingsUnmasked':
        this.#isConfidential = false
        return
      case 'leaving':
        this.#way = wayOf(entry.next)
        return
      case 'transferProgressed':
        if (this.#way.to === 'agent') this.#way = { ...this.#way, rung: entry.rung }
        return
      case 'ended':
        this.#ended = entry.ending
        return
    }
  }

  recollection(sentBack: string): Recollection | undefined {
    const isSentBack = sentBack !== '' && this.#ended?.why === 'handed-over'
    if (this.#ended && isFinal(this.#ended) && !isSentBack) return undefined
    const { facts, profile, language, startedAtMs } = this.#first
    const planned = this.#ended?.why === 'suspended' || isSentBack
    const way = isSentBack ? this.#sentBack(sentBack) : this.#way
    if (this.#unasked) this.#add('caller', this.#unasked.text, this.#unasked.atMs)
    return {
      facts,
      profile,
      language,
      speech: this.#speech,
      startedAtMs,
      lastedMs: this.lastedMs,
      lastWallMs: this.lastWallMs,
      turn: this.#turn,
      history: this.#history,
      session: this.#session,
      planned,
      losses: this.#losses + (planned ? 0 : 1),
      isKept: this.#isKept,
      isConfidential: this.#isConfidential,
      way: this.#asked || way.to !== 'conversation' ? way : { to: 'beginning' },
    }
  }

  #sentBack(cause: string): Way {
    return { to: 'assistant', from: this.#way.to === 'destination' ? this.#way.name : 'people', cause }
  }

  #takeQuestion(turn: number, question: Question, atMs: number): void {
    this.#turn = Math.max(this.#turn, turn)
    this.#asked = true
    this.#spoken = undefined
    this.#unasked = undefined
    if (question.type === 'digits' && typeof question.digits === 'string')
      this.#add('caller', question.digits, atMs)
    if (question.type === 'speech' && question.utterance) this.#addSpeech(question.utterance.text, atMs)
  }

  /** A caller who goes on before hearing anything of the answer is asked about again, with all of what they said. */
  #addSpeech(text: string, atMs: number): void {
    const last = this.#history.at(-1)
    if (last?.who === 'caller' && text.startsWith(last.text)) this.#history.pop()
    this.#add('caller', text, atMs)
  }

  /** A sentence that was cut and spoken again was heard once. */
  #takeSpoken(entry: Spoken, atMs: number): void {
    const before = this.#spoken
    const isAgain = before?.turn === entry.turn && before.text === entry.text && before.how !== 'completed'
    if (isAgain) this.#history.pop()
    const text =
      entry.how === 'completed' ? entry.text : beginning(entry.text, entry.heardMs / Math.max(1, entry.ofMs))
    this.#spoken = text === '' ? undefined : entry
    this.#add('assistant', text, atMs)
  }

  #takeDirective({ type, language, voice }: { type: string; language?: unknown; voice?: unknown }): void {
    if (type !== 'language' || typeof language !== 'string') return
    this.#speech = { language, voice: typeof voice === 'string' ? voice : '' }
  }

  #add(who: HistoryEntry['who'], text: string, atMs: number): void {
    if (text !== '') this.#history.push({ who, text, atMs: this.#first.startedAtMs + atMs })
  }
}

function joined(first: string | undefined, second: string): string {
  return first === undefined ? second : `${first} ${second}`
}

function wayOf(next: Extract<Known, { type: 'leaving' }>['next']): Way {
  if (next === null) return { to: 'conversation' }
  if (next.does === 'bring') return { to: 'agent', name: next.name, because: next.because, rung: 0 }
  if (next.does === 'talk') {
    const { name, because } = next
    return { to: 'talk', name, isAsked: because === undefined || because.why === 'asked' }
  }
  if (next.does === 'end') return { to: 'end', ending: next.ending }
  return { to: 'destination', destination: next.to, name: next.name, because: next.because }
}
