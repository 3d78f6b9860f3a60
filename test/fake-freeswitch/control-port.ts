// The embedded switch's control port over TCP, for daemons that run as processes.

import { createServer } from 'node:net'
import type { FakeFreeswitch } from './fake-freeswitch.ts'

export interface ControlPort {
  readonly port: number
  close(): void
}

/** `port` 0: a free one. */
export function openControlPort(pbx: FakeFreeswitch, port = 0): Promise<ControlPort> {
  return new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true }, socket => pbx.acceptControl(socket))
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      if (typeof address === 'string' || !address) return reject(new Error('no port'))
      resolve({ port: address.port, close: () => void server.close() })
    })
  })
}
