// How far a measurement at a phone can be off: a phone whose words come straight back should hear itself one to two frames later.
// FreeSWITCH records what a leg writes together with what it reads at the next tick, 20 ms later, so that words which came back
// with that tick stand beside themselves: 0 ms. Waits are measured so much too short, and no more while this stays below a frame.

import { createServer } from 'node:net'
import { stretchesOf } from './analysis.ts'
import type { Utterance } from './script.ts'
import type { Venue } from './venue.ts'

const PATIENCE_MS = 10_000
const TIMES = 3
/** Longer than the pauses between words. */
const JOIN_MS = 500
const PAUSE_MS = 800

/** How long words take from the mouth to the ear, over the switch and back; none where the venue cannot send them back. */
export async function echoMs(venue: Venue, { samples, text }: Utterance): Promise<number[]> {
  // The answer of a daemon that has every word sent back.
  const server = createServer(socket => {
    socket.on('error', () => {}) // the call is over
    socket.resume()
    socket.write('connect\n\nsendmsg\ncall-command: execute\nexecute-app-name: echo\n\n')
  })
  const port = await new Promise<number>(resolve => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' ? (address?.port ?? 0) : 0)
    })
  })
  try {
    const phone = await venue.call(port, '+15550000')
    for (let time = 0; time < TIMES; time++) {
      await phone.says(samples, { text, afterMs: PAUSE_MS })
      await phone.hearsSilence({ ms: PAUSE_MS, withinMs: PATIENCE_MS })
    }
    phone.hangsUp()
    await phone.callIsOver({ withinMs: PATIENCE_MS })
    const said = stretchesOf(phone.said, JOIN_MS)
    const heard = stretchesOf(phone.heard, JOIN_MS)
    return said.flatMap(({ fromMs }, at) => {
      const back = heard[at]
      return back ? [back.fromMs - fromMs] : []
    })
  } finally {
    server.close()
  }
}
