// A connection that we begin: to the event socket's own port.

import { connect } from 'node:net'
import type { Duplex } from 'node:stream'

/** What is written before it is up goes out when it is; a failure is the stream's `error`. */
export function connectTo(host: string, port: number): Duplex {
  return connect({ host, port, noDelay: true, keepAlive: true })
}
