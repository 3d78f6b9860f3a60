// Whose a leg is, as it stands on the leg itself: `parley_owner` is `<host>:<port>-<process>/<call id>`, `parley_leg` says what a
// leg that we dialled is to us.

type Headers = Readonly<Record<string, string>>

export interface Owner {
  /** `host:port` of the listener: a process that has died and the one in its place have the same. */
  place: string
  /** Of one process. */
  instance: string
  callId: string
}

export function ownerOf(text: string): Owner | undefined {
  const [, instance, place, callId] = /^((.+?:\d+)-[^/]+)\/(.+)$/.exec(text) ?? []
  return instance && place && callId ? { place, instance, callId } : undefined
}

export interface DialledAs {
  as: 'agent' | 'caller'
  token: string
}

/**
 * What a channel is to us when we have dialled it. A loopback leg's other half has the same variables: it is the one that
 * comes in.
 */
export function dialledAs(channel: Headers): DialledAs | undefined {
  if (channel['Call-Direction'] !== 'outbound') return undefined
  const [, as, token] = /^(agent|caller):([\w-]+)$/.exec(channel.variable_parley_leg ?? '') ?? []
  return (as === 'agent' || as === 'caller') && token ? { as, token } : undefined
}
