// A call that comes in, as its caller and the dialplan make it.

import { toBytes } from './bytes.ts'
import type { Dial, DialplanStep } from './call-flow.ts'
import type { ChannelFacts } from './leg-identity.ts'
import type { CallOptions } from './switch-options.ts'

export function factsOf(options: CallOptions, id: string): ChannelFacts {
  const { from, to, callerName = '', callerNameBytes } = options
  return {
    id,
    from: toBytes(from),
    callerName: callerNameBytes ? Buffer.from(callerNameBytes).toString('latin1') : toBytes(callerName),
    to: toBytes(to),
    direction: 'inbound',
  }
}

/** Answer, socket, and the end of the call. */
export function dialplanFor(listener: Dial | readonly Dial[] | undefined): DialplanStep[] {
  if (!listener) throw new Error('a call needs a listener or a dialplan')
  const to = typeof listener === 'function' || 'host' in listener ? [listener] : listener
  return [{ do: 'answer' }, { do: 'socket', to }]
}
