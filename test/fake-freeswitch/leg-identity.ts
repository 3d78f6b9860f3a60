// How a channel presents itself in events: its state in the switch's words, and who is on which side of it.

import type { ChannelMoment } from './event-headers.ts'

export interface ChannelFacts {
  id: string
  from: string
  callerName: string
  to: string
  direction: 'inbound' | 'outbound'
  /** Not given: that of a caller. */
  channelName?: string
}

export class LegIdentity {
  readonly facts: ChannelFacts
  /** The number it was dialled for, or last transferred to. */
  destination: string
  state: ChannelMoment['state'] = 'CS_INIT'
  callState: ChannelMoment['callState'] = 'DOWN'
  readonly #createdUs: number
  #answeredUs = 0
  #callee: ChannelMoment['callee']

  constructor(facts: ChannelFacts, createdUs: number) {
    this.facts = facts
    this.destination = facts.to
    this.#createdUs = createdUs
    if (facts.direction === 'inbound') return
    this.#callee = { name: 'Outbound Call', number: facts.to, putThrough: false }
  }

  get isDialled(): boolean {
    return this.facts.direction === 'outbound'
  }

  /** After CHANNEL_CREATE: a caller is in the dialplan at once, a leg that is dialled waits for its answer. */
  created(): void {
    this.state = this.isDialled ? 'CS_CONSUME_MEDIA' : 'CS_EXECUTE'
    this.callState = this.isDialled ? 'DOWN' : 'RINGING'
  }

  answered(stampUs: number): void {
    this.#answeredUs = stampUs
    if (this.#callee) this.#callee = { ...this.#callee, name: this.facts.to }
  }

  /** A leg that was dialled and answered gets something to do: from here on it looks like a call from there. */
  putThrough(): void {
    if (this.#callee) this.#callee = { ...this.#callee, putThrough: true }
    this.state = 'CS_EXECUTE'
  }

  moment(answerState: ChannelMoment['answerState'], hangupCause: string | undefined): ChannelMoment {
    return {
      ...this.facts,
      to: this.destination,
      channelName: this.facts.channelName ?? `sofia/internal/${this.facts.from}@127.0.0.1`,
      callee: this.#callee,
      createdUs: this.#createdUs,
      answeredUs: this.#answeredUs,
      answerState,
      state: this.state,
      callState: this.callState,
      hangupCause,
    }
  }

  /** What SIP calls the end: a message that came from the phone, or one that was sent to it. */
  disposition(endedBy: 'phone' | 'switch', wasAnswered: boolean): string {
    const way = endedBy === 'phone' ? 'recv' : 'send'
    if (wasAnswered) return `${way}_bye`
    return `${way}_${this.isDialled === (endedBy === 'phone') ? 'refuse' : 'cancel'}`
  }
}
