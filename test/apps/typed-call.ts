// A call whose caller is somebody at the terminal, or a file of lines. What is typed is spoken; what the assistant understood of it
// is what its recognizer heard.

import { type Ending, faultOf } from '../../src/call/ending.ts'
import type { JournalEntry } from '../../src/call/journal.ts'
import { unreachable } from '../../src/lib/unreachable.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import type { Voice } from '../fakes/voice.ts'
import { fromHere } from './call-arguments.ts'
import { type Act, actsHelp, readAct } from './caller-acts.ts'
import type { Terminal } from './terminal.ts'
import type { Transcript } from './transcript.ts'

export interface Said {
  atMs: number
  text: string
}

export interface TypedCallParts {
  caller: Caller
  voice: Voice
  terminal: Terminal
  transcript: Transcript
  /** The assistant's journal can be read. */
  hasJournal: boolean
  /** Resolves when the recognizer would understand this. */
  learn(phrase: string): Promise<void>
}

/** A script goes on when the assistant has been silent for so long: longer than it pauses between sentences. */
const POLITE_MS = 1_000
/** An answer that has not come by then does not come; a script goes on without it. */
const PATIENCE_MS = 20_000
/** Into the assistant's words: after so much of them. */
const INTERRUPT_AFTER_MS = 1_000
/** Nobody is there to talk with: people are only asked for. */
const WITH_PEOPLE_MS = 1_000
/** What the daemon wrote before that is printed before it. */
const JOURNAL_DELAY_MS = 100
const FOR_EVER_MS = 86_400_000

export class TypedCall {
  readonly said: Said[] = []
  readonly #parts: TypedCallParts
  /** Whatever is said after that is an answer. */
  #actedMs = 0
  #hasCut = false

  constructor(parts: TypedCallParts) {
    this.#parts = parts
  }

  /** Resolves when the call is over. */
  async play(): Promise<void> {
    const { caller, terminal } = this.#parts
    const over = caller.callIsOver({ withinMs: FOR_EVER_MS })
    void this.#leavePeople()
    const lines = terminal.read(() => caller.hangsUp())
    await Promise.race([over, this.#playLines(lines)])
    if (!caller.isOver) this.#hangUp()
    await over
    terminal.close()
  }

  /** One entry of the assistant's journal, as the caller at the terminal wants to see it. */
  show(entry: JournalEntry): void {
    const { transcript } = this.#parts
    if (entry.type === 'callerSpoke') return // it stands there already
    if (entry.type !== 'utteranceHeard') return transcript.entry(entry)
    const { text } = entry.utterance as { text: string }
    const same = this.said.some(one => plain(one.text) === plain(text))
    transcript.caller(entry.atMs, same ? '   understood' : `   understood as “${text}”`)
  }

  /** What is wrong with how it ended; a line that was cut on purpose ends as it must. */
  faultIn(ending: Ending): string | undefined {
    if (faultOf(ending) === null || (this.#hasCut && ending.why === 'lost')) return undefined
    return `the call ended by a fault: ${JSON.stringify(ending)}`
  }

  /** Whether a complaint of the daemon's is about what was done on purpose. */
  isMeant(complaint: string): boolean {
    return this.#hasCut && complaint.includes('"why":"lost"')
  }

  async #playLines(lines: AsyncIterable<string>): Promise<void> {
    const { caller, terminal } = this.#parts
    for await (const line of lines) {
      if (caller.isOver) return
      const act = readAct(line)
      if (!act) continue
      await this.#play(act).catch(error => {
        if (!caller.isOver) terminal.print(`  ${error instanceof Error ? error.message : String(error)}`)
      })
    }
    if (!terminal.isLive) await this.#hearOut()
  }

  async #play(act: Act): Promise<void> {
    const { caller, terminal, transcript } = this.#parts
    switch (act.does) {
      case 'says':
        return this.#says(act.text)
      case 'interrupts':
        await this.#waitForAnswer()
        if (!terminal.isLive) await caller.until(passed(caller, INTERRUPT_AFTER_MS))
        return this.#says(act.text, 'at once')
      case 'presses':
        return this.#presses(act.digits)
      case 'isSilent':
        return caller.until(passed(caller, act.ms), { withinMs: act.ms + 1_000 })
      case 'holds':
        await this.#waitForAnswer()
        transcript.caller(caller.ms, '(puts the assistant on hold)')
        return caller.holds()
      case 'unholds':
        transcript.caller(caller.ms, '(is back)')
        this.#actedMs = caller.ms
        return caller.unholds()
      case 'hangsUp':
        await this.#hearOut()
        return this.#hangUp()
      case 'cutsTheLine':
        await this.#waitForAnswer()
        this.#hasCut = true
        transcript.caller(caller.ms, '(the connection to the daemon breaks)')
        return caller.cutsWire()
      case 'saves':
        await caller.saveCall(fromHere(act.path))
        return terminal.print(`  saved to ${fromHere(act.path)}`)
      case 'asksForHelp':
        return terminal.print(actsHelp)
      case 'errs':
        return terminal.print(`  ${act.why}`)
      default:
        return unreachable(act)
    }
  }

  async #says(text: string, when: 'politely' | 'at once' = 'politely'): Promise<void> {
    const { caller, voice, transcript, terminal, learn } = this.#parts
    await learn(text)
    if (when === 'politely') await this.#hearOut()
    if (caller.isOver) return
    this.said.push({ atMs: caller.ms, text })
    transcript.caller(caller.ms, `“${text}”`)
    const spoken = caller.says(voice.sayAt8k(text), { text: `“${text}”` }).then(() => this.#acted())
    // Whoever types may hang up, or go on, while they are still heard.
    if (!terminal.isLive) await spoken
  }

  async #presses(digits: string): Promise<void> {
    const { caller, transcript, hasJournal } = this.#parts
    await this.#hearOut()
    if (caller.isOver) return
    if (!hasJournal) transcript.caller(caller.ms, `[${digits}]`)
    await caller.presses(digits)
    this.#acted()
  }

  #hangUp(): void {
    const { caller } = this.#parts
    if (!caller.isOver) caller.hangsUp()
  }

  #acted(): void {
    this.#actedMs = this.#parts.caller.ms
  }

  /** A script lets the assistant answer and finish; whoever sits at the terminal decides for themselves. */
  async #hearOut(): Promise<void> {
    const { caller, terminal } = this.#parts
    if (terminal.isLive || caller.place.at !== 'socket') return
    await this.#waitForAnswer()
    await whateverComes(caller.hearsSilence({ ms: POLITE_MS, withinMs: PATIENCE_MS }))
  }

  async #waitForAnswer(): Promise<void> {
    const { caller, terminal } = this.#parts
    if (terminal.isLive || caller.place.at !== 'socket') return
    const isAnswered = () => caller.plays.some(({ startedMs }) => startedMs >= this.#actedMs)
    await whateverComes(caller.until(isAnswered, { withinMs: PATIENCE_MS }))
  }

  /** Whoever has been sent to people, or nowhere, has no assistant to talk with any more. */
  async #leavePeople(): Promise<void> {
    const { caller, transcript } = this.#parts
    const isAway = () => caller.place.at === 'people' || caller.place.at === 'limbo'
    await whateverComes(caller.until(isAway, { withinMs: FOR_EVER_MS }))
    const { place, ms } = caller
    if (caller.isOver) return
    await whateverComes(caller.until(passed(caller, JOURNAL_DELAY_MS)))
    const where = place.at === 'people' ? `with people at ${place.number}` : 'nowhere, in silence'
    transcript.caller(ms, `(is ${where})`)
    await whateverComes(caller.until(passed(caller, WITH_PEOPLE_MS)))
    this.#hangUp()
  }
}

function passed(caller: Caller, ms: number): () => boolean {
  const untilMs = caller.ms + ms
  return () => caller.ms >= untilMs
}

/** That it took too long, or that the call ended, changes nothing here. */
function whateverComes(wait: Promise<unknown>): Promise<void> {
  return wait.then(
    () => {},
    () => {},
  )
}

/** Recognizers punctuate and capitalize as they like. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N} ]/gu, '')
    .trim()
}
