// modesl 1.2.1 ships no types. Only what we build on is written down here; it is CommonJS and has a default
// import only.

declare module 'modesl' {
  import type { Duplex } from 'node:stream'

  class Event {
    constructor(headers: object, body?: string)
    type: string | undefined
    subclass: string | undefined
    headers: { name: string; value: string }[]
    getHeader(name: string): string | null
    getBody(): string
  }

  class Connection {
    constructor(socket: Duplex)
    /** Becomes null when the peer ends: nothing of ours may rely on it. */
    socket: Duplex | null
    connecting: boolean
    /** Called in turn, one for each command/reply. */
    cmdCallbackQueue: ReplyCallback[]
    /** Called in turn, one for each api/response. */
    apiCallbackQueue: ReplyCallback[]
    on(event: string, listener: (...values: never[]) => void): this
    send(command: string, args?: Record<string, string>): void
    sendRecv(
      command: string,
      args?: Record<string, string> | null | ReplyCallback,
      callback?: ReplyCallback,
    ): void
    api(command: string, args: string, callback: ReplyCallback): void
    bgapi(command: string, args: string, jobId: string, callback?: ReplyCallback): void
    subscribe(events: string[], callback?: () => void): void
    getInfo(): Event | null
    _doExec(uuid: string, command: string, args: Record<string, string>, callback?: ReplyCallback): string
    _onConnect(): void
    _onEvent(event: Event, headers: object, body: string): void
    _onError(error: Error): void
  }

  type ReplyCallback = (event: Event, headers: Record<string, string>, body: string) => void

  const modesl: { Connection: typeof Connection; Event: typeof Event }

  export type { Connection, Event, ReplyCallback }
  export default modesl
}
