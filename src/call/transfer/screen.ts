// What an agent's screen shows of the caller while the phone rings.

import type { Told } from '../vocabulary.ts'
import { type Briefing, reasonOf } from './brief.ts'
import { personIn, type TransferParts } from './transfer-parts.ts'

/** How long it shows who called. */
const SHOWN_MS = 3_600_000

export function showCaller(
  extension: string,
  briefing: Briefing,
  told: Told,
  { exchange, facts, transcript }: Pick<TransferParts, 'exchange' | 'facts' | 'transcript'>,
): void {
  exchange.callerProfiles.put(
    {
      extension,
      callId: facts.id,
      caller: personIn(facts),
      reason: reasonOf(briefing),
      destination: briefing.destinationName,
      data: told.data ?? facts.context,
      transcript: [...transcript.entries],
    },
    SHOWN_MS,
  )
}

/** Nobody has taken the call: what is shown of it is nobody's business any more. A later call's stays. */
export function clearScreens(
  extensions: ReadonlySet<string>,
  { exchange: { callerProfiles }, facts }: Pick<TransferParts, 'exchange' | 'facts'>,
): void {
  for (const extension of extensions)
    if (callerProfiles.get(extension)?.callId === facts.id) callerProfiles.remove(extension)
}
