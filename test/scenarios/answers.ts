// Engines of scenarios: small functions from what happened to what is said.

import type { Directive, Input } from '../../src/engine/engine.ts'
import { say } from '../fakes/providers.ts'

export const GREETING = 'What can I do for you?'

/** Repeats what the caller says or presses. */
export function echo(input: Input): Directive[] {
  if (input.type === 'start') return [say(GREETING)]
  if (input.type === 'speech') return [say(`You said ${plain(input.text)}.`)]
  if (input.type === 'digits') return [say(`You pressed ${input.digits}.`)]
  return []
}

/** Says this first, and repeats afterwards. */
export function first(...directives: Directive[]): (input: Input) => Directive[] {
  return input => (input.type === 'start' ? directives : echo(input))
}

/** Says nothing until nobody wants to hear it any more. */
export async function* never(_input: Input, signal: AbortSignal): AsyncIterable<Directive> {
  await aborted(signal)
  yield* []
}

/** Greets, and then never answers. */
export async function* greetsOnly(input: Input, signal: AbortSignal): AsyncIterable<Directive> {
  if (input.type === 'start') yield say(GREETING)
  else yield* never(input, signal)
}

export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[.,!?]/g, '')
}
