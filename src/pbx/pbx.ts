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

/** Where a person can be dialled. All of it is checked when the dial string is made: what is none is never dialled. */
export type Target =
  /** A user of the directory: all their phones at once, no forwards, no voicemail. `domainUuid` '' where the PBX has none. */
  | { type: 'extension'; extension: string; domain: string; domainUuid: string }
  /** A number of the switch's own dialplan, with its routes, forwards and voicemail. */
  | { type: 'number'; number: string; context: string; domainUuid: string }
  | { type: 'gateway'; gateway: string; number: string }
  /** `address`: `user@host[:port][;transport=udp|tcp|tls]`; `sipProfile`: through which of the switch's SIP profiles. */
  | { type: 'sip'; address: string; sipProfile: string }

export interface CallerId {
  name: string
  number: string
}

export interface DialOrder {
  /** What the leg is to be called, where the target is one phone; a user with several phones cannot have it. */
  legId?: LegId
  /** Whom it rings for, a call's or a session's id: the leg carries it (`parley_owner`). */
  callId: string
  /** What the leg is to us: an agent who meets a caller, or a caller of its own, with the guard of one. */
  as: 'agent' | 'caller'
  target: Target
  callerId: CallerId
  /** How long it may ring, whole seconds on the switch. */
  ringMs: number
  /** Channel variables of the leg, from its first moment on. */
  variables: Readonly<Record<string, string>>
  /** SIP headers of the INVITE; the names begin with `X-`. */
  headers: Readonly<Record<string, string>>
}

/** How dialling ended. `cause` is the switch's own word (Q.850 name), or a sentence of ours where it had none. */
export type DialEnd =
  | { is: 'answered'; leg: Leg }
  | { is: 'busy' | 'declined' | 'no-answer' | 'unreachable' | 'failed' | 'withdrawn'; cause: string }

/** Somebody is being dialled. Neither promise rejects, and both always settle. */
export interface Dialling {
  /** `never`: it ended before any phone rang. An answered one has rung. */
  readonly ringing: Promise<'ringing' | 'never'>
  /** The answered leg belongs to whoever awaits this. */
  readonly ended: Promise<DialEnd>
  /** Ends every leg of it, also one that answers just now. Once `ended` has told `answered` it does nothing. */
  withdraw(): void
}

/** Who enters a room, which decides what their leaving means. */
export type RoomRole =
  /** The room ends when they leave; when it ends without them, they are with us again. */
  | 'caller'
  /** The room ends when they leave; when it ends without them, their leg ends. */
  | 'agent'
  /** Hears, and is not heard; comes and goes without consequence. */
  | 'listener'
  /** Comes and goes without consequence. */
  | 'guest'

/** A leg's time in a room. */
export interface Stay {
  /** Settles when the leg is not in the room any more, whether it is still there or not. Never rejects. */
  readonly left: Promise<void>
  /** How many legs are in the room, this one included. Rejects when it cannot be told, also as there is no such room any more. */
  count(): Promise<number>
  /** Takes the leg out: it is with us again. Resolves when it has left. */
  leave(): Promise<void>
  /** Plays a file to everybody in the room. Resolves when the switch has begun. */
  play(path: string): Promise<void>
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
  /**
   * Queues a sound behind what plays. The switch holds at most two: one playing, one waiting. `expectedMs` null: it plays until
   * it is hushed (`local_stream://…`, `tone_stream://…;loops=-1`).
   */
  play(path: string, expectedMs: number | null): Playback
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
  /** Enters the room, from whatever plays. Resolves when it is in, rejects when the switch does not let it. */
  join(room: string, as: RoomRole): Promise<Stay>
  /**
   * Whether the leg talks to somebody: then the end of our connection, and of our process, leaves it where it is; else its
   * dialplan goes on. Set when the other one has come, and taken back when the leg is with us again.
   */
  setTalking(talking: boolean): Promise<void>
  /**
   * Listens to another leg, or speaks to it (`whisper`: only to that leg, `barge`: to both sides), until either ends or it is
   * hushed.
   */
  eavesdrop(on: LegId, mode: 'listen' | 'whisper' | 'barge'): Promise<void>
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
  /** Dials somebody; the answered leg comes to us. */
  dial(order: DialOrder): Dialling
  /** Why this room cannot be made just now, in one sentence, also as there is one of that name; null when it can. */
  roomFault(room: string): Promise<string | null>
  /**
   * Ends the legs of dead processes that ring or wait for us, never one that is with a human. Gives the ids of those calls and
   * sessions that go on talking without a process.
   */
  sweep(): Promise<readonly string[]>
  /** Accepts no more; the legs that are open stay. */
  stopListening(): Promise<void>
}
