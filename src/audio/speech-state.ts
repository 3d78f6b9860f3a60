// From verdicts on single frames to "is speaking": a majority of recent frames begins speech, and a click in a pause does
// not prolong it. Pure; one step is 20 ms.

/** `voiced`: speech with a pitch, a vowel. `unvoiced`: speech by its spectrum only, a consonant, a whisper or a breath. */
export type FrameVerdict = 'voiced' | 'unvoiced' | 'quiet' | 'tone'

/** The last 24 frames, newest in bit 0: which sounded like speech, and which of them had a pitch. */
export interface Votes {
  speech: number
  voiced: number
}

export type SpeechState =
  | { state: 'quiet'; votes: Votes }
  /** `silentFrames`: since the last frame that counts as speech. */
  | { state: 'speaking'; votes: Votes; silentFrames: number }

/** Three frames of five begin speech if one of them has a pitch: 60 ms, and nobody says anything shorter. */
const START_WINDOW = 0b1_1111
const START_VOTES = 3
/** Without any pitch it takes 18 of 24: whispering is heard, a short breath or rustle is not. */
const WHISPER_WINDOW = 0xff_ffff
const WHISPER_VOTES = 18
/** In a pause, two of four frames are speech again; one alone is a click. */
const RESUME_WINDOW = 0b1111
const RESUME_VOTES = 2

/** The first frame of speech lies at most so many frames back when its beginning is known. */
export const MAX_FRAMES_TO_START = 24

const NO_VOTES: Votes = { speech: 0, voiced: 0 }
export const quiet: SpeechState = { state: 'quiet', votes: NO_VOTES }

export function nextSpeechState(now: SpeechState, verdict: FrameVerdict): SpeechState {
  const isSpeech = verdict === 'voiced' || verdict === 'unvoiced'
  const votes = nextVotes(now.votes, verdict, isSpeech)
  if (now.state === 'quiet') {
    if (isSpeech && begins(votes)) return { state: 'speaking', votes, silentFrames: 0 }
    return votes === NO_VOTES ? quiet : { state: 'quiet', votes }
  }
  const goesOn = isSpeech && count(votes.speech & RESUME_WINDOW) >= RESUME_VOTES
  return { state: 'speaking', votes, silentFrames: goesOn ? 0 : now.silentFrames + 1 }
}

/** When speech has just begun: how many frames before the newest one it did. */
export function framesSinceStart({ speech, voiced }: Votes): number {
  const window = hasVoiceMajority({ speech, voiced }) ? START_WINDOW : WHISPER_WINDOW
  return 31 - Math.clz32(speech & window)
}

function nextVotes(before: Votes, verdict: FrameVerdict, isSpeech: boolean): Votes {
  // What led up to a tone was its beginning, not speech.
  if (verdict === 'tone') return NO_VOTES
  if (!isSpeech && before.speech === 0) return NO_VOTES
  return {
    speech: ((before.speech << 1) | (isSpeech ? 1 : 0)) & WHISPER_WINDOW,
    voiced: ((before.voiced << 1) | (verdict === 'voiced' ? 1 : 0)) & WHISPER_WINDOW,
  }
}

function begins(votes: Votes): boolean {
  return hasVoiceMajority(votes) || count(votes.speech & WHISPER_WINDOW) >= WHISPER_VOTES
}

function hasVoiceMajority({ speech, voiced }: Votes): boolean {
  return count(speech & START_WINDOW) >= START_VOTES && (voiced & START_WINDOW) !== 0
}

function count(votes: number): number {
  let ones = 0
  for (let left = votes; left > 0; left &= left - 1) ones++
  return ones
}
