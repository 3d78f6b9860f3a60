// A scripted caller: what they do, and what the assistant must answer to it.

import type { Caller } from '../fake-freeswitch/person.ts'
import type { Voice } from '../fakes/voice.ts'
import type { LiveJournal } from './live-journal.ts'

export type Step = { hears: RegExp } /** When the assistant has finished. */ & (
  | { does: 'says'; text: string }
  /** Into the assistant's words, after so much of them. */
  | { does: 'interrupts'; text: string; afterMs: number }
  | { does: 'presses'; digits: string }
)

/** A call at the reception that the flow engine brings along. */
export const receptionCall: readonly Step[] = [
  { does: 'interrupts', text: 'where is my order', afterMs: 3_000, hears: /order number/ },
  { does: 'presses', digits: '40721', hears: /That was 4,? 0,? 7,? 2,? 1/ },
  { does: 'says', text: 'yes that is right', hears: /left our warehouse/ },
  { does: 'says', text: 'what are your opening hours', hears: /Monday to Friday/ },
  { does: 'says', text: 'no thank you goodbye', hears: /Goodbye/ },
]

/** Everything that is said in a conversation. */
export function textsOf(conversation: readonly Step[]): string[] {
  return conversation.flatMap(step => (step.does === 'presses' ? [] : [step.text]))
}

/** How long an answer may be awaited before the conversation has failed; ten times what it takes. */
const PATIENCE_MS = 20_000

/** Plays the caller's part until the assistant hangs up. Rejects with the switch's record when the assistant does not play its own. */
export async function converse(
  caller: Caller,
  conversation: readonly Step[],
  voice: Voice,
  journal: LiveJournal,
): Promise<void> {
  for (const step of conversation) {
    const before = journal.spoken.length
    await act(caller, step, voice)
    await caller.until(() => journal.spoken.slice(before).some(text => step.hears.test(text)), {
      withinMs: PATIENCE_MS,
      what: `hears ${step.hears}`,
    })
  }
  await caller.callIsOver({ withinMs: PATIENCE_MS })
}

async function act(caller: Caller, step: Step, voice: Voice): Promise<void> {
  await caller.hearsSpeech({ withinMs: PATIENCE_MS })
  switch (step.does) {
    case 'says':
      await caller.hearsSilence({ ms: 700, withinMs: PATIENCE_MS })
      return caller.says(voice.sayAt8k(step.text), { text: `“${step.text}”` })
    case 'interrupts':
      return caller.says(voice.sayAt8k(step.text), { text: `“${step.text}”`, afterMs: step.afterMs })
    case 'presses':
      return caller.presses(step.digits, { afterMs: 2_000 })
  }
}
