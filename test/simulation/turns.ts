// An event of a turn that is over changes nothing: what a journal tells is put to the dialogue again, and whatever state that is
// in, a stale event must leave it as it is.

import { type Dialogue, newDialogue } from '../../src/call/dialogue/state.ts'
import { step } from '../../src/call/dialogue.ts'
import { handOverTo } from '../../src/call/transfer/destination.ts'
import type { CallEvent } from '../../src/call/vocabulary.ts'
import type { Breaches } from './broken.ts'
import type { Entry } from './journals.ts'
import { profilesOf } from './life.ts'
import { destinationsOf, transferSettingsOf } from './places.ts'
import type { Plan } from './plan.ts'

const TURN_EVENTS =
  /^(directiveGiven|answerFinished|engineFailed|speechStarted|speechFinished|voiceFailed|timeUp)$/
const EVENTS =
  /^(opened|openingFailed|caller\w+|utteranceHeard|nothingHeard|hearingFailed|earFailed|digitPressed|held|unheld|leg\w+|transfer(Failed|Progressed|Ended|Requested)|agent(Accepted|Joined)|talkEnded|sayingRequested|hangUpRequested)$/

/** What was on its way when something new came. */
const UNDER_WAY_MS = 400

/** On a switch or a wire that is slow, words go on for as long as it takes. */
function isDelayed({ wire: { slow, events }, callers }: Plan): boolean {
  return (
    slow !== null ||
    events !== null ||
    callers.some(({ acts }) => acts.some(({ act }) => act.does === 'stallsWire'))
  )
}

/** Nobody goes on with old words when the caller has said or keyed something new. */
export function checkWords(plan: Plan, stretch: readonly Entry[], breaches: Breaches): void {
  if (isDelayed(plan)) return
  let asked: Entry | undefined
  for (const entry of stretch) {
    const { type } = (entry.question ?? {}) as { type?: string }
    if (entry.type === 'asked' && (type === 'speech' || type === 'digits')) asked = entry
    const isOld = asked && entry.type === 'promptStarted' && Number(entry.turn) < Number(asked.turn)
    if (asked && isOld && entry.atMs - asked.atMs > UNDER_WAY_MS)
      breaches.add(
        'no-stale-turn',
        `words of turn ${entry.turn} begin after the question of turn ${asked.turn}`,
      )
  }
}

/** After these the assistant may go on with what was interrupted. */
const FLOOR_IS_FREE =
  /^(utteranceHeard|nothingHeard|hearingFailed|held|unheld|directiveGiven|recordingsMasked|leaving)$/

/** Words that are interrupted are not heard to their end while the caller speaks. */
class Floor {
  #takenMs: number | undefined
  readonly #breaches: Breaches

  constructor(breaches: Breaches) {
    this.#breaches = breaches
  }

  look(entry: Entry, before: Dialogue): void {
    const { phase, settings } = before
    const mayInterrupt = phase.is === 'speaking' && phase.interruptible && phase.next.does === 'listen'
    if (entry.type === 'callerSpoke' && mayInterrupt && settings.policy.bargeIn) this.#takenMs = entry.atMs
    else if (FLOOR_IS_FREE.test(entry.type)) this.#takenMs = undefined
    const isSpoken = entry.type === 'promptSpoken' && entry.how === 'completed'
    if (isSpoken && this.#takenMs !== undefined && entry.atMs - this.#takenMs > UNDER_WAY_MS)
      this.#breaches.add('yields', 'a sentence was spoken to its end to a caller who interrupted it')
  }
}

export function checkTurns(plan: Plan, stretch: readonly Entry[], breaches: Breaches): void {
  // What a call brought with it from another life stands elsewhere.
  if (stretch[0]?.type !== 'admitted') return
  let dialogue = newDialogue(settingsOf(plan, String(stretch[0].profile)), null)
  const floor = isDelayed(plan) ? undefined : new Floor(breaches)
  for (const entry of stretch) {
    floor?.look(entry, dialogue)
    // Who is asked in confidence keys what no journal has: from there on nothing can be put again.
    if (entry.type === 'recordingsMasked') return
    if (!TURN_EVENTS.test(entry.type) && !EVENTS.test(entry.type)) continue
    const [next, commands] = step(dialogue, entry as unknown as CallEvent)
    const isStale = typeof entry.turn === 'number' && entry.turn !== dialogue.turn
    if (isStale && (next !== dialogue || commands.length > 0))
      breaches.add('no-stale-turn', `${entry.type} of turn ${entry.turn} counted in turn ${dialogue.turn}`)
    dialogue = next
  }
}

function settingsOf(plan: Plan, name: string): Parameters<typeof newDialogue>[0] {
  const profile = profilesOf(plan)[name] ?? profilesOf(plan).scripted
  if (!profile) throw new Error('there is no profile')
  const destinations = destinationsOf(plan.transfers)
  const people =
    (profile.people === null ? undefined : destinations[profile.people]) ??
    handOverTo('people', { number: '200', context: 'default' })
  const { policy, turns, phrases, language, voice, peopleKey, withdrawKey, recording } = profile
  return {
    policy,
    turns,
    phrases,
    language,
    voice,
    own: { language, voice },
    peopleKey,
    withdrawKey,
    people,
    places: {
      destinations: { people, ...destinations },
      allowed: null,
      patterns: transferSettingsOf(plan.transfers).patterns,
      ringMs: transferSettingsOf(plan.transfers).ringMs,
    },
    lastResort: people.handOver,
    wallAtZeroMs: 0,
    recording: { keep: recording.keep, consent: recording.consent },
  }
}
