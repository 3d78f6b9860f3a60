// An assistant's settings, chosen per call, and the part of them that the dialogue obeys.

/** The settings the dialogue obeys. All waits in milliseconds. */
export interface Policy {
  /** A silence this long after our last word counts as no answer. */
  silenceMs: number
  /** So many silences in a row are asked again; the next one ends the call. */
  silenceLimit: number
  /** A pause this long ends what the caller says, when nothing tells more; see `endOfTurn`. */
  endOfTurnMs: number
  /** However finished it sounds, no shorter one does; however unfinished, a longer one does. */
  endOfTurnMinMs: number
  endOfTurnMaxMs: number
  /** The longest utterance; what is said is taken as finished then. */
  maxUtteranceMs: number
  /** How long a further digit is waited for. */
  interDigitMs: number
  /** Whether the caller's voice silences the assistant. */
  bargeIn: boolean
  /** Whether an answer is prepared to what the caller has probably said, before it is certain. */
  speculation: boolean
  /** The engine has said nothing for so long: the caller hears the filler, later the comfort. */
  fillerMs: number
  comfortMs: number
  /** The engine has said nothing for so long: the caller hears the apology and goes to people. */
  engineTimeoutMs: number
  /** A final text that has not come this long after the end of the sound will not come. */
  recognitionTimeoutMs: number
  /** How often in a row the caller may be asked to say it again before people take over. */
  misheardLimit: number
  maxTurns: number
  maxMs: number
}

/** What the assistant says when no engine does. '' says nothing. */
export interface Phrases {
  /** Nothing was said; one entry per silence in a row, the last one repeats. */
  silence: readonly string[]
  /** Something was said but no recognizer could tell what. */
  pardon: string
  /** The engine is slow, and slower still. */
  filler: string
  comfort: string
  /** A new process goes on with the call. */
  resumed: string
  /** Before the caller goes to people because we fail. */
  apology: string
  /** Before the caller goes to people on their own wish. */
  toPeople: string
  /** A transfer did not come about. */
  transferFailed: string
  /** The caller does not want to wait for anybody any more, and the engine has no words for it. */
  withdrawn: string
  /** To an agent, before the two meet; `{caller}` is who calls, `{destination}` what they want, `{reason}` their last words. */
  brief: string
  /** Who calls, where nobody knows. */
  unknownCaller: string
  /** As `brief`, where nothing is known of the reason. */
  briefWithoutReason: string
  /** To an agent: how to take the call, by a key, or by a key or a word. */
  acceptByKey: string
  acceptByWord: string
  /** To an agent who has taken the call. */
  connecting: string
  /** To an agent whose caller has gone, or is with somebody else. */
  tooLate: string
  /** Before we hang up: silence without end, too long, too many turns. */
  goodbye: string
}

/** What is recorded to be kept. */
export interface RecordingSettings {
  keep: boolean
  /** An absolute path into which the switch may write. */
  dir: string
  /** What the caller is told before; '' for nothing. */
  consent: string
  /** Whether the PBX's own recording is masked too while the caller keys what is confidential. */
  maskPbx: boolean
}

export interface Profile {
  name: string
  /** Dialled numbers this profile answers; `*` at the end stands for any digits, `*` alone for every number. */
  numbers: readonly string[]
  /** BCP 47. */
  language: string
  /** The synthesizer's name of a voice; '' for its default. */
  voice: string
  /** Name of an engine. */
  engine: string
  /** Words that are always likely here: names, products. */
  hints: readonly string[]
  /**
   * `live`: heard while they speak, answered sentence by sentence. `classic`: the switch itself decides when the caller has
   * finished, what it recorded is recognized whole, and the whole answer is one prompt; nobody can interrupt.
   */
  turns: 'live' | 'classic'
  /** The key that reaches people from everywhere; null for none. */
  peopleKey: string | null
  /** The key that ends the wait for an agent: "never mind"; null for none. */
  withdrawKey: string | null
  /** The destinations that callers of this profile may be sent to, by name; null for all. */
  destinations: readonly string[] | null
  /** Name of the destination for people; null uses `parley_fallback` of the call. */
  people: string | null
  recording: RecordingSettings
  policy: Policy
  phrases: Phrases
}
