// The switch as a port: what a call may ask of it and what it reports. Nothing here knows FreeSWITCH.

/** A channel's identity on the switch (FreeSWITCH: Unique-ID). */
export type LegId = string

/** What the switch said of a call when it handed it over. Everything in it came from outside: text is untrusted. */
export interface LegFacts {
  id: LegId
  /** The calling number as presented; '' when withheld. */
  from: string
  callerName: string
  /** The number that was dialled. */
  to: string
  direction: 'inbound' | 'outbound'
  answered: boolean
  /** When we let go of it, or are gone, its dialplan goes on at once and may hand it over again. */
  comesBack: boolean
  /** Channel variables whose names begin with `parley_`, and `domain_name`, `domain_uuid`. */
  variables: Readonly<Record<string, string>>
}

/** Why a leg hung up. `cause` is the switch's own word (Q.850 name, e.g. `NORMAL_CLEARING`). */
export interface HangUp {
  by: 'caller' | 'us' | 'switch'
  cause: string
}

export type LegEvent =
  | { type: 'digitPressed'; digit: string; durationMs: number }
  | { type: 'held' }
  | { type: 'unheld' }
  | { type: 'hungUp'; hangUp: HangUp }
  /** The leg left us for another place on the switch, as we asked (a transfer). */
  | { type: 'moved' }
  /** The connection about this leg is gone, nobody knows what became of it. */
  | { type: 'lost'; error: Error }

/** How one playback ended. `heardMs` is playing time less pauses and holds. */
export type PlaybackEnd =
  | { how: 'completed'; heardMs: number }
  | { how: 'interrupted'; heardMs: number }
  | { how: 'failed'; heardMs: number; cause: string }

/** One prompt handed to the switch. Both promises always settle, whatever happens to the leg; neither rejects. */
export interface Playback {
  readonly id: string
  /** Resolves to `started` when the first sample leaves the switch, or to `never` when it is dropped before that. */
  readonly started: Promise<'started' | 'never'>
  readonly ended: Promise<PlaybackEnd>
}

/** One recording of the call, as the switch writes it. */
export interface Recording {
  readonly path: string
  /** Settles when the switch says that it has stopped writing; never rejects. */
  readonly stopped: Promise<{ cause: string }>
  stop(): Promise<void>
}

/** When the switch itself ends a recording: nobody has spoken for so long, or not since the last voice. */
export interface SilenceEnds {
  initialMs: number
  finalMs: number
}

/** Where a caller can be sent (a blind transfer): a number in a dialplan context of the switch. */
export interface Extension {
  number: string
  context: string
}

/** An answer that says no, or none in time. `retry` tells whether the same request may work later. */
export class PbxError extends Error {
  override name = 'PbxError'
  readonly retry: boolean
  constructor(message: string, options: { cause?: unknown; retry?: boolean } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.retry = options.retry ?? false
  }
}

/** One channel under our control. Methods reject with PbxError when the switch refuses or the leg is gone. */
export interface Leg {
  readonly facts: LegFacts
  /** Whoever owns the leg hears everything from now on, in order. Events that came before the first owner are kept for it. */
  onEvent(handle: (event: LegEvent) => void): void
  answer(): Promise<void>
  /**
   * Records only the caller's side, mono, 16-bit at `rate` Hz, each 20 ms on disk at once. Resolves when writing has begun.
   * With `ends` the switch stops by itself: `stopped` tells `success-silence`, or `no-input-timeout` when nobody spoke.
   */
  record(path: string, rate: number, ends?: SilenceEnds): Promise<Recording>
  /**
   * Records to keep, beside any other recording: stereo, the caller left, what they hear right. Resolves when writing has
   * begun; the file is whole once the recording has stopped.
   */
  keep(path: string, rate: number): Promise<Recording>
  /**
   * While masked, from the next 20 ms on, silence is written in place of both sides. `ours`: in every recording of ours, also one
   * that begins later; and the keys of this call stay out of the switch's own records, for good. `pbx`: in the one that the PBX
   * itself makes of this call, where the call names one. Rejects when the switch refuses for one of them; the others are masked.
   */
  setMasked(whose: 'ours' | 'pbx', masked: boolean): Promise<void>
  /** Queues a sound file behind what plays. The switch holds at most two: one playing, one waiting. */
  play(path: string, expectedMs: number): Playback
  /** Ends what plays and drops what waits; every playback still settles. Resolves when the switch is silent. */
  hush(): Promise<void>
  /** Silences the running playback so that it can go on later where it stopped. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Sends DTMF towards the caller: digits 0-9 * # A-D, and w for a half-second pause. */
  sendDigits(digits: string): Promise<void>
  setVariables(variables: Readonly<Record<string, string>>): Promise<void>
  /** Sends the caller elsewhere for good (blind); the leg then reports `moved`. */
  transfer(to: Extension): Promise<void>
  /** Ends the call with the switch's cause, e.g. `NORMAL_CLEARING`. */
  hangUp(cause: string): Promise<void>
  /** The call has come to us on another connection: this one is given up without a word, and reports `lost`. */
  abandon(): void
  /** Lets go of the leg without ending it: the dialplan goes on. Safe at any time, also twice. */
  release(): Promise<void>
}

export interface PbxCounts {
  /** Connections open now. */
  open: number
  /** Calls handed to us since the start. */
  accepted: number
  /** Connections closed unread because their address is not allowed. */
  refused: number
  /** Connections closed because too many were open. */
  crowded: number
  /** Connections ended because what came was no Event Socket session, or ended before it became one. */
  garbage: number
}

export interface Pbx {
  /** Begins to accept calls. `onCall` gets each leg once. */
  listen(onCall: (leg: Leg) => void): Promise<void>
  readonly counts: PbxCounts
  /** Accepts no more; the legs that are open stay. */
  stopListening(): Promise<void>
}
