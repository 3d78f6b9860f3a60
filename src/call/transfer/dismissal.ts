// Parting from somebody who was dialled and is not needed, or not needed any more.

import { inTime } from '../../lib/clock.ts'
import type { Leg } from '../../pbx/pbx.ts'
import type { TransferParts } from './transfer-parts.ts'

/** A sentence, and what it takes to make it. */
const LAST_WORDS_MS = 6_000
const CAUSE = 'NORMAL_CLEARING'

type Parts = Pick<TransferParts, 'scope' | 'clock' | 'log' | 'prompts' | 'phrases' | 'own'>

/** `told`: they hear that they are too late. When the call ends meanwhile, their phone is free at once. */
export function dismiss(leg: Leg, how: 'told' | 'at once', parts: Parts): void {
  const { scope, log } = parts
  const hangUp = async (): Promise<void> => {
    await leg.hangUp(CAUSE).catch((error: unknown) => log.debug({ error }, 'who was to go has gone'))
  }
  if (how === 'at once' || scope.isOver) return void hangUp()
  const leave = scope.child('last words to an agent').endsAfter(LAST_WORDS_MS)
  leave.onEnd('hang-up', hangUp)
  leg.onEvent(event => {
    if (event.type === 'hungUp' || event.type === 'lost') void leave.end({ why: 'done' })
  })
  void sayTooLate(leg, parts, leave.signal)
    .catch((error: unknown) => {
      if (!leave.isOver) log.warn({ error }, 'somebody who came too late was not told')
    })
    .finally(() => void leave.end({ why: 'done' }))
}

async function sayTooLate(
  leg: Leg,
  { prompts, phrases, own, clock }: Parts,
  signal: AbortSignal,
): Promise<void> {
  await leg.hush()
  if (phrases.tooLate === '') return
  const prompt = await prompts.get({ text: phrases.tooLate, ...own }, signal)
  await inTime(clock, LAST_WORDS_MS, leg.play(prompt.path, prompt.durationMs).ended)
}
