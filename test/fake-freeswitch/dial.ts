// How the switch comes to a daemon: over TCP, or by a function that hands out one end of a pair.

import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Dial } from './call-flow.ts'

/** Rejects when it is refused. */
export async function dial(to: Dial): Promise<Duplex> {
  if (typeof to === 'function') return to()
  return new Promise((resolve, reject) => {
    const socket = connect({ ...to, noDelay: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

/** The addresses in the argument of the application `socket`: `host:port|host:port async full`. */
export function addressesIn(data: string, known: Readonly<Record<string, Dial>> = {}): Dial[] {
  const [addresses = ''] = data.split(' ', 1)
  return addresses.split('|').map(address => {
    const [host = '', port = '8084'] = address.split(':')
    return known[address] ?? { host, port: Number(port) }
  })
}
