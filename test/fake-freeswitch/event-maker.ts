// Makes the switch's events: headers as they are at that moment, numbered, stamped with the switch's own
// clock.

import type { Channel } from './channel.ts'
import {
  channelHeaders,
  coreHeaders,
  type Headers,
  profileHeaders,
  type SwitchEvent,
  variableHeaders,
} from './event-headers.ts'

export class EventMaker {
  /** The switch's clock in µs: it stands still between two ticks. */
  stampUs = 0
  readonly #coreId: string
  #sequence = 0

  constructor(coreId: string) {
    this.#coreId = coreId
  }

  /** `bare` events carry no variables, like DTMF. */
  event(name: string, channel: Channel, extra: Headers, bare?: 'bare'): SwitchEvent {
    const moment = channel.moment()
    const headers = Object.assign(
      this.#core(name),
      channelHeaders(moment),
      profileHeaders('Caller-', moment),
      bare ? {} : variableHeaders(channel.variables),
      extra,
    )
    return { name, headers }
  }

  /** What `connect` is answered with. */
  channelData(channel: Channel): Headers {
    const moment = channel.moment()
    if (channel.socketApp) {
      channel.variables.set('current_application', 'socket')
      channel.variables.set('current_application_data', channel.socketApp.data)
    }
    channel.variables.set('socket_host', '127.0.0.1')
    return {
      ...this.#core('CHANNEL_DATA'),
      ...profileHeaders('Channel-', moment),
      ...channelHeaders(moment),
      ...profileHeaders('Caller-', moment),
      ...variableHeaders(channel.variables),
    }
  }

  /** What `uuid_dump` tells. */
  dump(channel: Channel): Headers {
    const moment = channel.moment()
    return {
      ...this.#core('CHANNEL_DATA'),
      ...channelHeaders(moment),
      ...profileHeaders('Caller-', moment),
      ...variableHeaders(channel.variables),
    }
  }

  /** Of a room as a whole, or of a member; no variables in either. */
  custom(subclass: string, about: Headers, channel: Channel | undefined, extra: Headers): SwitchEvent {
    const moment = channel?.moment()
    const headers = {
      'Event-Subclass': subclass,
      ...this.#core('CUSTOM'),
      ...about,
      ...(moment && { ...channelHeaders(moment), ...profileHeaders('Caller-', moment) }),
      ...extra,
    }
    return { name: 'CUSTOM', headers }
  }

  backgroundJob(jobId: string, line: string, result: string): SwitchEvent {
    const [command = '', ...rest] = line.split(' ')
    const headers = {
      ...this.#core('BACKGROUND_JOB'),
      'Job-UUID': jobId,
      'Job-Command': command,
      'Job-Command-Arg': rest.join(' '),
    }
    return { name: 'BACKGROUND_JOB', headers, body: result }
  }

  #core(name: string): Headers {
    this.#sequence++
    return coreHeaders(name, { coreId: this.#coreId, sequence: this.#sequence, stampUs: this.stampUs })
  }
}
