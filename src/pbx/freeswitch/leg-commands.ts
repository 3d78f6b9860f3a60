// What a leg says to the switch about its own channel. Every failure leaves here as a PbxError.

import { eventTo, setVariables } from '../../esl/command.ts'
import type { EslConnection } from '../../esl/connection.ts'
import { CommandFailed } from '../../esl/errors.ts'
import { PbxError } from '../pbx.ts'
import type { PlaybackCommands } from './playbacks.ts'
import type { RecordingCommands } from './recordings.ts'

/** FreeSWITCH would expand `${…}` in it; the rest is refused as no file is called so. */
const SOUND = /^[^$\r\n\0]{1,1024}$/

export class LegCommands implements PlaybackCommands, RecordingCommands {
  readonly #connection: EslConnection
  readonly #uuid: string

  constructor(connection: EslConnection, uuid: string) {
    this.#connection = connection
    this.#uuid = uuid
  }

  /** Runs `name <uuid> args` at once, past everything that is queued on the channel. */
  async api(name: string, args: string): Promise<void> {
    await asPbxError(this.#connection.api(name, `${this.#uuid} ${args}`.trimEnd()))
  }

  async setVariables(variables: Readonly<Record<string, string>>): Promise<void> {
    const asked = async (): Promise<void> => {
      await Promise.all(setVariables(this.#uuid, variables).map(command => this.#connection.do(command)))
    }
    await asPbxError(asked())
  }

  record(action: string): Promise<void> {
    // uuid_record <uuid> start|stop <path> …
    return this.api('uuid_record', action)
  }

  execute(id: string, path: string, refused: (cause: string) => void): void {
    if (!SOUND.test(path)) {
      queueMicrotask(() => refused('NOT A SOUND FILE'))
      return
    }
    const execution = this.#connection.execute('playback', path, id, null)
    // Its completion comes as an event, in order with the others; a lost connection ends every prompt at
    // once.
    void execution.ended.then(end => {
      if (end.how === 'refused') refused('REFUSED')
    })
  }

  /** Runs an application that lasts; resolves when it is over, whatever ended it. Rejects when it is refused. */
  async run(application: string, argument: string, id: string): Promise<void> {
    const end = await this.#connection.execute(application, argument, id, null).ended
    if (end.how === 'refused') await asPbxError(Promise.reject(end.error))
  }

  /** The api command `conference`, about a room and not about the leg. Gives what the switch says. */
  conference(args: string): Promise<string> {
    return asPbxError(this.#connection.api('conference', args))
  }

  /** `uuid_break` does not end an eavesdrop: this is how it is told to, as by the key `*`. */
  async endEavesdrop(): Promise<void> {
    await asPbxError(this.#connection.do(eventTo(this.#uuid, { 'eavesdrop-command': '*' })))
  }

  forget(id: string): void {
    this.#connection.drop(id)
  }

  break(what: 'one' | 'all'): Promise<void> {
    return this.api('uuid_break', what === 'all' ? 'all' : '')
  }

  async togglePause(): Promise<'toggled' | 'nothing plays'> {
    try {
      await this.api('uuid_fileman', 'pause')
      return 'toggled'
    } catch (error) {
      // -ERR No file handle!
      if (error instanceof PbxError && error.cause instanceof CommandFailed) return 'nothing plays'
      throw error
    }
  }
}

export async function asPbxError<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const said = error instanceof CommandFailed ? `: ${error.answer.slice(0, 100)}` : ''
    throw new PbxError(`${error instanceof Error ? error.message : 'the switch failed'}${said}`, {
      cause: error,
    })
  }
}
