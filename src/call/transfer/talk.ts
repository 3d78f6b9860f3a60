// The assistant's part in the talk of a caller and an agent: a word to both when they meet, and, where it stays, silent ears.

import { openExpectation } from '../../engine/engine.ts'
import type { Scope } from '../../lib/scope.ts'
import type { Leg, Stay } from '../../pbx/pbx.ts'
import type { Destination } from './destination.ts'
import { partFrom } from './meeting.ts'
import type { TransferParts } from './transfer-parts.ts'

/** `talk`: as long as they talk. Never rejects. */
export async function introduce(
  { introduction }: Destination,
  stay: Stay,
  { prompts, own, log }: Pick<TransferParts, 'prompts' | 'own' | 'log'>,
  talk: Scope,
): Promise<void> {
  if (introduction === '') return
  try {
    const prompt = await prompts.get({ text: introduction, ...own }, talk.signal)
    await stay.play(prompt.path)
  } catch (error) {
    if (!talk.isOver) log.warn({ error }, 'the two were not introduced')
  }
}

/** Hears both. The caller's ears are the call's own. */
export function takeNotes(
  agent: Leg,
  { listener, agentListener, own, transcript, note, log }: TransferParts,
  talk: Scope,
): void {
  listener.listen(openExpectation, own.language, 'caller')
  const ears = agentListener(agent, event => {
    if (event.type !== 'utteranceHeard') return
    transcript.add('agent', event.utterance.text)
    note({ type: 'agentHeard', text: event.utterance.text })
  })
  ears.open().then(
    () => ears.listen(openExpectation, own.language, 'caller'),
    (error: unknown) => log.warn({ error }, 'the agent cannot be heard: the notes are the caller’s alone'),
  )
  talk.onEnd('ears for the agent', async () => {
    await ears.close()
    ears.dispose()
  })
}

/** Who is alone in the room so soon after entering it was left there. */
const LOOK_MS = 1_000

/**
 * When an agent leaves, the room lets the caller go; but an agent who has gone in the moment in which the caller came has left
 * a room of before, and nobody else would ever end this one.
 */
export function watchOver(
  stay: Stay,
  agent: Leg,
  { caller, clock, log }: Pick<TransferParts, 'caller' | 'clock' | 'log'>,
  talk: Scope,
): void {
  const look = async (): Promise<void> => {
    if (talk.isOver || (await stay.count()) > 1) return
    log.info({}, 'the caller was alone in the room')
    await partFrom(caller, stay, clock)
  }
  // A room that cannot be asked has ended, and the caller is on the way to us.
  const lookNow = () => void look().catch((error: unknown) => log.debug({ error }, 'no room to look into'))
  const timer = clock.after(LOOK_MS, lookNow)
  talk.onEnd('a look into the room', () => timer.cancel())
  agent.onEvent(event => {
    if (event.type === 'hungUp' || event.type === 'lost') lookNow()
  })
}
