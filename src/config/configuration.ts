// What the rest of Parley is given: plain values, complete, checked, and without a trace of where they came
// from.

import type { Profile } from '../call/profile.ts'
import type { Destination, TransferSettings } from '../call/transfer/destination.ts'
import type { Settings } from './schema.ts'
import type { RecognizerConfiguration, SynthesizerConfiguration } from './speech.ts'
import type { CallsOutSettings } from './transfer.ts'

export type EngineConfiguration =
  /** `source` is the text of the flow, `file` where it was read. */
  | { readonly type: 'flow'; readonly file: string; readonly source: string }
  | {
      readonly type: 'http'
      readonly url: string
      readonly secret: string | undefined
      readonly speculative: boolean
      readonly timeouts: {
        readonly connectMs: number
        readonly firstActionMs: number
        readonly betweenActionsMs: number
      }
    }

export interface Configuration {
  readonly listener: Readonly<Settings['listener']>
  /** The switch's Event Socket. */
  readonly control: Readonly<Settings['control']>
  readonly web: {
    readonly enabled: boolean
    readonly host: string
    readonly port: number
    /** Undefined: a random one is to be kept in the state folder. */
    readonly token: string | undefined
  }
  readonly spool: Readonly<Settings['spool']>
  /** An absolute folder. */
  readonly state: Readonly<Settings['state']>
  readonly calls: Readonly<Settings['calls']>
  readonly callsOut: CallsOutSettings
  /** `dir` is '' when there is no such folder. */
  readonly sounds: Readonly<Settings['sounds']>
  readonly speech: {
    /** In the order of preference; at least one. */
    readonly recognizers: readonly RecognizerConfiguration[]
    /** In the order of preference; at least one. */
    readonly synthesizers: readonly SynthesizerConfiguration[]
    readonly promptsMaxMB: number
  }
  readonly engines: Readonly<Record<string, EngineConfiguration>>
  readonly profiles: Readonly<Record<string, Profile>>
  readonly destinations: Readonly<Record<string, Destination>>
  readonly transfer: TransferSettings
  readonly log: Readonly<Settings['log']>
}
