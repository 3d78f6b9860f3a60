// A named place a caller can be sent: whom to ring, in which order, and where the caller goes when nobody takes the call.

import type { Extension, Target } from '../../pbx/pbx.ts'

/** How the caller is presented to whoever is dialled. `custom`: `TransferSettings.customCallerId`. */
export type CallerIdFormat = 'original' | 'trunk' | 'custom'

/** One phone, or one person's phones. */
export interface Dialable {
  target: Target
  callerId: CallerIdFormat
  /** The number that the trunk takes as ours; '' for `TransferSettings.trunkNumber`. */
  trunkNumber: string
}

/** Those who ring together: the first who takes the call has it. */
export interface Rung {
  dialables: readonly Dialable[]
  ringMs: number
  /** How whoever answers takes the call: by answering, with a key, or with a key or a word. */
  acceptance: 'answer' | 'key' | 'word'
  /** Whether a machine that answers is recognized; it counts as declined. */
  machines: boolean
}

/** When a destination is there. Empty `open`: always, but on holidays. */
export interface Hours {
  /** IANA name. */
  timeZone: string
  /** Days 0 (Sunday) to 6, minutes since midnight; `to` is later than `from`. */
  open: readonly { day: number; fromMinute: number; toMinute: number }[]
  /** `YYYY-MM-DD`, or `MM-DD` for every year. */
  holidays: readonly string[]
}

export interface Destination {
  name: string
  /** What else an engine may call it. */
  aliases: readonly string[]
  /** Rung after rung until somebody takes the call; empty: the caller is handed over at once. */
  ladder: readonly Rung[]
  /** Where the caller is handed over for good when nobody of the ladder took the call; null: back to the assistant. */
  handOver: Extension | null
  /** Whether an agent hears who calls and why before they meet. */
  isWarm: boolean
  hours: Hours | null
  /** The destination that stands in while it is closed; null: it cannot be reached then. */
  whenClosed: string | null
  /** What the assistant says to both when they meet; '' for nothing. */
  introduction: string
  /** Whether the assistant stays, hears both, and writes the summary. */
  takesNotes: boolean
  /** What becomes of a caller whose agent has left. */
  afterTalk: 'assistant' | 'end'
  /** Whether the INVITE carries what is known of the call (`X-Parley-…`). */
  sendsHeaders: boolean
}

/** Numbers that an engine may name itself; everything else is refused. */
export interface NumberPattern {
  /** Digits and `+`; `x` stands for one digit, a `*` at the end for any further digits. */
  pattern: string
  /** How a number is dialled that fits; the target's own number is a placeholder. */
  via: Dialable
}

/** What holds for all transfers. */
export interface TransferSettings {
  /** How long somebody rings whom no ladder names. */
  ringMs: number
  /** What a caller hears while somebody is fetched: a file or stream of the switch; '' for the call's own, else ring-back. */
  music: string
  /** The number by which a trunk knows us; '' where there is none. */
  trunkNumber: string
  customCallerId: { name: string; number: string }
  /** Where every transfer is told of; null for nowhere. */
  statusCallback: { url: string; format: 'form' | 'json' } | null
  patterns: readonly NumberPattern[]
}

/** A destination that is nothing but a number of the dialplan. */
export function handOverTo(name: string, to: Extension): Destination {
  return {
    name,
    aliases: [],
    ladder: [],
    handOver: to,
    isWarm: false,
    hours: null,
    whenClosed: null,
    introduction: '',
    takesNotes: false,
    afterTalk: 'end',
    sendsHeaders: false,
  }
}
