// Assistants' settings.

import type { Profile } from '../call/profile.ts'
import { flag, language, name, oneOf, orNull, phrase, switchPathOrNone, text, wholeNumber } from './rules.ts'
import { type Checked, item, list, named, section, setting } from './shape.ts'
import { dialled } from './targets.ts'

/** Nobody listens to more in one go. */
const LONGEST_PHRASE = 1_000
/** Every hint costs time at the start of every utterance. */
const HINTS = { least: 0, most: 500 }

/** What a profile answers that names no numbers. */
export const EVERY_NUMBER: readonly string[] = ['*']

const key = text('one of the keys 0 to 9, *, # and A to D', { longest: 1, pattern: /^[0-9*#A-D]$/ })
const spoken = phrase(LONGEST_PHRASE)
const brief = text(`${spoken.allowed}, in braces only {caller}, {destination} and {reason}`, {
  longest: LONGEST_PHRASE,
  pattern: /^([^\p{Cc}{}]|\{(caller|destination|reason)\})*$/u,
})
const briefWithoutReason = text(`${spoken.allowed}, in braces only {caller} and {destination}`, {
  longest: LONGEST_PHRASE,
  pattern: /^([^\p{Cc}{}]|\{(caller|destination)\})*$/u,
})

const policy = section({
  silenceMs: setting(wholeNumber(1_000, 120_000), 7_000, 'a silence this long counts as no answer'),
  silenceLimit: setting(
    wholeNumber(0, 20),
    2,
    'silences in a row that are asked again; the next ends the call',
  ),
  endOfTurnMs: setting(
    wholeNumber(100, 4_000),
    700,
    'a pause this long ends what the caller says, when nothing tells more',
  ),
  endOfTurnMinMs: setting(wholeNumber(100, 4_000), 300, 'no shorter one does, however finished it sounds'),
  endOfTurnMaxMs: setting(wholeNumber(100, 6_000), 1_500, 'a longer one does, however unfinished it sounds'),
  maxUtteranceMs: setting(wholeNumber(5_000, 240_000), 30_000, 'the longest utterance'),
  interDigitMs: setting(wholeNumber(500, 30_000), 3_000, 'how long a further digit is waited for'),
  bargeIn: setting(flag, true, "whether the caller's voice silences the assistant"),
  speculation: setting(
    flag,
    true,
    'whether an answer is prepared to what the caller has probably said, before it is certain',
  ),
  fillerMs: setting(wholeNumber(200, 60_000), 1_500, 'the engine is slow for so long: the filler is spoken'),
  comfortMs: setting(
    wholeNumber(200, 60_000),
    4_500,
    'the engine is slow for so long: the comfort is spoken',
  ),
  engineTimeoutMs: setting(wholeNumber(500, 120_000), 8_000, 'how long the engine may be silent'),
  recognitionTimeoutMs: setting(wholeNumber(100, 60_000), 3_000, 'how long the final text is waited for'),
  misheardLimit: setting(wholeNumber(0, 20), 2, 'how often in a row the caller is asked to say it again'),
  maxTurns: setting(wholeNumber(1, 10_000), 200, 'turns after which people take over'),
})

const phrases = section({
  silence: list(
    item(spoken),
    { least: 0, most: 20 },
    ['Are you still there?', "I'm sorry, I can't hear you."],
    'nothing was said: one per silence in a row, the last one repeats',
  ),
  pardon: setting(spoken, "Sorry, I didn't catch that. Could you say it again?", 'not understood'),
  apology: setting(
    spoken,
    "I'm sorry, something went wrong. I'll put you through.",
    'before people, as we fail',
  ),
  toPeople: setting(spoken, 'One moment, please.', 'before people, as the caller wishes'),
  transferFailed: setting(spoken, "I'm sorry, I couldn't reach anyone.", 'a transfer did not come about'),
  withdrawn: setting(spoken, 'All right.', 'the caller does not want to wait for an agent any more'),
  brief: setting(
    brief,
    'A call from {caller} for {destination}. They said: {reason}',
    'to an agent before they meet the caller: who calls, what for, what they said last',
  ),
  unknownCaller: setting(spoken, 'an unknown caller', 'who calls, where nobody knows'),
  briefWithoutReason: setting(
    briefWithoutReason,
    'A call from {caller} for {destination}.',
    'the same where nothing is known of the reason',
  ),
  acceptByKey: setting(
    spoken,
    'Press 1 to take the call, or 2 to decline.',
    'to an agent: how to take the call by a key',
  ),
  acceptByWord: setting(
    spoken,
    'Say yes or press 1 to take the call. Say no or press 2 to decline.',
    'to an agent: how to take the call by a word or a key',
  ),
  connecting: setting(spoken, 'Connecting you now.', 'to an agent who has taken the call'),
  tooLate: setting(
    spoken,
    'The caller is no longer waiting. Thank you.',
    'to an agent whose caller has gone or is with somebody else',
  ),
  goodbye: setting(spoken, 'Thank you for calling. Goodbye.', 'before we hang up'),
  filler: setting(spoken, 'One moment.', 'the engine is slow'),
  comfort: setting(spoken, "I'm still working on it. Thank you for waiting.", 'the engine is slower still'),
  resumed: setting(
    spoken,
    "I'm sorry, we were interrupted.",
    'a restarted daemon goes on with the call; the engine says the rest',
  ),
})

const recording = section({
  keep: setting(flag, false, 'whether calls are recorded to be kept: stereo, the caller on the left'),
  dir: setting(switchPathOrNone, '', 'folder of the kept recordings, writable for the switch'),
  consent: setting(spoken, '', "what the caller is told before a kept recording begins; '' for nothing"),
  maskPbx: setting(
    flag,
    false,
    "whether the PBX's own recording, too, holds silence while confidential digits are keyed",
  ),
})

const profile = section({
  numbers: list(
    item(dialled),
    { least: 0, most: 1_000 },
    EVERY_NUMBER,
    'dialled numbers it answers; `*` at the end stands for any digits',
  ),
  language: setting(language, 'en-US', 'language of caller and assistant'),
  voice: setting(phrase(100), '', "the synthesizer's name of a voice; '' for its default"),
  engine: setting(name, 'reception', 'name of an engine'),
  hints: list(item(phrase(100)), HINTS, [], 'words that are always likely: names, products'),
  turns: setting(
    oneOf('live', 'classic'),
    'live',
    'classic: record until silence, recognize, answer in one piece, no interruptions',
  ),
  peopleKey: setting(orNull(key), '0', 'the key that reaches people from everywhere'),
  withdrawKey: setting(orNull(key), '*', 'the key that ends the wait for an agent: "never mind"'),
  destinations: list(
    item(name),
    { least: 0, most: 1_000 },
    null,
    'destinations that its callers may be sent to; null for all',
  ),
  people: setting(orNull(name), null, 'destination for people; null for `parley_fallback` of the call'),
  recording,
  policy,
  phrases,
})

export const profilesShape = named(profile, { default: {} }, "assistants' settings, by name")

/** `maxMs`: the longest call. */
export function profileFrom(profileName: string, checked: Checked<typeof profile>, maxMs: number): Profile {
  const { peopleKey, withdrawKey } = checked
  return {
    name: profileName,
    ...checked,
    // The usual one gives way to people; one that was written never is theirs.
    withdrawKey: withdrawKey !== null && withdrawKey === peopleKey ? '#' : withdrawKey,
    policy: { ...checked.policy, maxMs },
  }
}
