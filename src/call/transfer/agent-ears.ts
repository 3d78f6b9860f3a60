// What of an agent's voice matters before they meet the caller: whether it is a machine's, and yes or no.

import { type Expectation, openExpectation } from '../../engine/engine.ts'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { Leg } from '../../pbx/pbx.ts'
import { isEcho } from '../backchannel.ts'
import type { CallListener } from '../listener.ts'
import type { CallEvent } from '../vocabulary.ts'
import { acceptanceIn, type Decision } from './acceptance.ts'
import { MachineDetector } from './machine.ts'
import { isMailboxTalk } from './mailbox-talk.ts'

export interface AgentEarsOptions {
  leg: Leg
  listener(leg: Leg, post: (event: CallEvent) => void): CallListener
  /** BCP 47. */
  language: string
  clock: Clock
  hearsWords: boolean
  findsMachines: boolean
  onDecision(decision: Decision): void
  onMachine(): void
}

/** While it is not known who has answered, every pause tells something. */
const greeting: Expectation = { ...openExpectation, endOfTurnMs: 500 }
const answer: Expectation = { ...openExpectation, expect: 'yes-no' }

type State =
  /** Nothing is heard: not yet, not any more, or because it does not work. */
  { is: 'deaf' } | { is: 'opening'; listener: CallListener } | { is: 'open'; listener: CallListener }

export class AgentEars {
  readonly #options: AgentEarsOptions
  readonly #detector: MachineDetector
  readonly #personFound = Promise.withResolvers<void>()
  #state: State = { is: 'deaf' }
  /** Settles when everything that was opened is closed again. */
  #closed: Promise<void> = Promise.resolve()
  #opened: Promise<void> = Promise.resolve()
  /** The next time at which there is more to tell of who has answered. */
  #look: Timer | undefined
  #floor: 'caller' | 'assistant' = 'caller'
  /** What they have heard from us, which their phone may send back; '' before our first word. */
  #said = ''
  /** Of every utterance whose outcome is to come, the oldest first: whether it can be an answer. */
  #begun: boolean[] = []

  constructor(options: AgentEarsOptions) {
    this.#options = options
    this.#detector = new MachineDetector(options.clock.now(), options.language)
  }

  /** Resolves when it is a person who has answered, as far as one can tell. */
  get personFound(): Promise<void> {
    return this.#personFound.promise
  }

  /** Whether they are saying something, or it is still being recognized. */
  get isSpokenTo(): boolean {
    return this.#begun.length > 0
  }

  /** Begins to hear, where it matters. */
  open(): void {
    const { hearsWords, findsMachines, listener: make, leg } = this.#options
    if (!hearsWords && !findsMachines) return
    const listener = make(leg, event => this.#hear(event))
    this.#state = { is: 'opening', listener }
    if (findsMachines) this.#judge()
    this.#opened = listener.open().then(
      () => this.#listen(listener),
      () => this.#fail(),
    )
  }

  /** From now on they hear this. */
  weSay(text: string): void {
    this.#said = `${this.#said} ${text}`
    this.#attend('assistant')
  }

  /** They have heard it all, and it is their turn. */
  weWait(): void {
    this.#attend('caller')
  }

  hold(): void {
    this.#begun = []
    if (this.#state.is === 'deaf') return
    this.#state.listener.hold()
    this.#detector.take({ type: 'voiceEnded', atMs: this.#options.clock.now() })
  }

  unhold(): void {
    if (this.#state.is !== 'deaf') this.#state.listener.unhold()
  }

  /** Resolves when nothing of it is left. Never rejects. */
  async close(): Promise<void> {
    this.#goDeaf()
    await this.#closed
  }

  #listen(listener: CallListener): void {
    if (this.#state.is !== 'opening') return
    this.#state = { is: 'open', listener }
    this.#attend(this.#floor)
  }

  #attend(floor: 'caller' | 'assistant'): void {
    this.#floor = floor
    if (this.#state.is !== 'open') return
    this.#state.listener.listen(this.#said === '' ? greeting : answer, this.#options.language, floor)
  }

  /** Then it counts as a person, who can still decide by key. */
  #fail(): void {
    this.#goDeaf()
    this.#personFound.resolve()
  }

  #goDeaf(): void {
    const state = this.#state
    this.#look?.cancel()
    this.#begun = []
    if (state.is === 'deaf') return
    this.#state = { is: 'deaf' }
    this.#closed = Promise.all([state.listener.close(), this.#opened]).then(() => state.listener.dispose())
  }

  #hear(event: CallEvent): void {
    if (this.#state.is === 'deaf') return
    switch (event.type) {
      case 'callerSpoke':
        this.#begun.push(this.#said !== '')
        this.#detector.take({ type: 'voiceStarted', atMs: event.atMs })
        return this.#judge()
      case 'callerPaused':
        this.#detector.take({ type: 'voiceEnded', atMs: event.atMs - event.silentMs })
        return this.#judge()
      case 'utteranceGuessed':
        return this.#lookForMachine(event.utterance.text)
      case 'utteranceHeard':
        return this.#understand(event.utterance.text)
      case 'nothingHeard':
      case 'hearingFailed':
        this.#begun.shift()
        return
      case 'earFailed':
        return this.#fail()
      default:
        return // what else happens in a call does not come from ears
    }
  }

  /** What began before our first word is their greeting: "Yes, Miller?" */
  #understand(text: string): void {
    const canAnswer = this.#begun.shift() ?? true
    const { hearsWords, language, onDecision } = this.#options
    this.#lookForMachine(text)
    if (!hearsWords || !canAnswer || isEcho(text, this.#said)) return
    const decision = acceptanceIn(text, language)
    if (decision) onDecision(decision)
  }

  /** Also when it has passed for a person: its words may come late. */
  #lookForMachine(text: string): void {
    const { findsMachines, language, onMachine } = this.#options
    if (findsMachines && isMailboxTalk(text, language) && !isEcho(text, this.#said)) onMachine()
  }

  #judge(): void {
    const { findsMachines, clock, onMachine } = this.#options
    if (!findsMachines) return
    this.#look?.cancel()
    const judgement = this.#detector.judge(clock.now())
    if (judgement.is === 'person') this.#personFound.resolve()
    else if (judgement.is === 'undecided')
      this.#look = clock.after(judgement.decideAtMs - clock.now(), () => this.#judge())
    // Who has been taken for a person stays one, whatever the pauses between their words.
    else onMachine()
  }
}
