// The other end of an outbound socket for tests of the switch itself: writes commands as text, keeps every
// message with its time.

import { type Duplex, duplexPair } from 'node:stream'
import type { Message } from '../../src/esl/message.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { MessageReader, type Timed } from './golden.ts'

export class RawDaemon {
  readonly got: Timed<Message>[] = []
  /** The switch's end of the pair, to be handed out by a listener. */
  readonly wire: Duplex
  readonly near: Duplex
  closed = false

  constructor(clock: Clock, pair = duplexPair()) {
    ;[this.near, this.wire] = pair
    const reader = new MessageReader()
    this.near.on('data', (bytes: Buffer) => {
      for (const what of reader.read(bytes)) this.got.push({ atMs: clock.now(), what })
    })
    this.near.on('end', () => {
      this.closed = true
    })
    this.near.on('error', () => {
      this.closed = true
    })
  }

  send(...commands: string[]): void {
    for (const command of commands) this.near.write(Buffer.from(`${command}\n\n`, 'latin1'))
  }

  /** Takes the call over and listens for everything that happens to it. */
  control(uuid: string, events = 'ALL'): void {
    this.send('connect', 'linger 1', `filter Unique-ID ${uuid}`, `event json ${events}`)
  }

  execute(app: string, data: string, id: string, lock = true): void {
    const options = `${lock ? 'event-lock: true\n' : ''}Event-UUID: ${id}`
    this.send(
      `sendmsg\ncall-command: execute\nexecute-app-name: ${app}\nexecute-app-arg: ${data}\n${options}`,
    )
  }

  /** Events in the order they came, of these names or of all. */
  events(...names: string[]): Timed<Record<string, string>>[] {
    return this.got.flatMap(({ atMs, what }) => {
      const { event } = what
      if (!event || (names.length > 0 && !names.includes(event['Event-Name'] ?? ''))) return []
      return [{ atMs, what: { ...event } }]
    })
  }

  /** The replies to commands, in order. */
  get replies(): string[] {
    return this.got.flatMap(({ what }) => {
      if (what.contentType === 'api/response') return [what.body]
      return what.contentType === 'command/reply' ? [what.headers['Reply-Text'] ?? ''] : []
    })
  }
}
