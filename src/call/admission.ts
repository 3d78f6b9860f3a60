// What a call gets when it comes: its profile, its settings, and what it brought with it.

import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Extension, LegFacts } from '../pbx/pbx.ts'
import type { DialogueSettings } from './dialogue/state.ts'
import type { Profile } from './profile.ts'
import { type Destination, handOverTo } from './transfer/destination.ts'
import type { Exchange } from './transfer/exchange.ts'

interface Whereabouts {
  destinations: Readonly<Record<string, Destination>>
  exchange: Pick<Exchange, 'settings'>
  clock: Clock
}

/** `parley_profile` if it names one, else the profile with the most exact number, else none. */
export function chooseProfile(
  facts: LegFacts,
  profiles: Readonly<Record<string, Profile>>,
): Profile | undefined {
  const named = facts.variables.parley_profile
  if (named !== undefined && Object.hasOwn(profiles, named)) return profiles[named]
  let best: { profile: Profile; exactness: number } | undefined
  for (const profile of Object.values(profiles)) {
    for (const pattern of profile.numbers) {
      const exactness = matches(pattern, facts.to)
      if (exactness > (best?.exactness ?? 0)) best = { profile, exactness }
    }
  }
  return best?.profile
}

/** 0 for no match; the more of the number a pattern spells out, the more. */
function matches(pattern: string, number: string): number {
  if (!pattern.endsWith('*')) return pattern === number ? 1_000 : 0
  const beginning = pattern.slice(0, -1)
  return number.startsWith(beginning) ? 1 + beginning.length : 0
}

export function settingsFor(
  facts: LegFacts,
  profile: Profile,
  language: string,
  { destinations, exchange, clock }: Whereabouts,
): DialogueSettings {
  const { turns, phrases, voice, peopleKey, withdrawKey, recording } = profile
  const policy = turns === 'live' ? profile.policy : { ...profile.policy, bargeIn: false, speculation: false }
  const named = profile.people === null ? undefined : destinations[profile.people]
  const fallback = fallbackOf(facts)
  const people = named ?? (fallback ? handOverTo('people', fallback) : null)
  return {
    policy,
    turns,
    phrases,
    language,
    voice: language === profile.language ? voice : '',
    own: { language: profile.language, voice },
    peopleKey,
    withdrawKey,
    people,
    places: {
      // An engine may always ask for people by that name.
      destinations: people ? { people, ...destinations } : destinations,
      allowed: profile.destinations && people ? ['people', ...profile.destinations] : profile.destinations,
      patterns: exchange.settings.patterns,
      ringMs: exchange.settings.ringMs,
    },
    lastResort: people?.handOver ?? fallback ?? null,
    wallAtZeroMs: clock.wallMs() - clock.now(),
    recording: { keep: recording.keep, consent: recording.consent },
  }
}

/** `parley_fallback`: a number, or `number XML context`; without a context the call's own tenant, else `default`. */
export function fallbackOf(facts: LegFacts): Extension | undefined {
  const fallback = facts.variables.parley_fallback?.trim()
  if (!fallback) return undefined
  const [number, dialplan, context] = fallback.split(/\s+/)
  if (!number) return undefined
  if (context !== undefined && dialplan === 'XML') return { number, context }
  return { number, context: facts.variables.domain_name ?? 'default' }
}

export function contextOf(facts: LegFacts, log: Log): unknown {
  const text = facts.variables.parley_context
  if (text === undefined || text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    log.warn({}, 'parley_context is no JSON and was left out')
    return null
  }
}
