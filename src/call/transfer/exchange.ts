// What the transfers of all calls share.

import type { Ids } from '../../lib/ids.ts'
import type { Pbx } from '../../pbx/pbx.ts'
import type { CallerProfiles } from '../../store/caller-profiles.ts'
import type { Newsroom } from '../news.ts'
import type { TransferSettings } from './destination.ts'

export interface Exchange {
  pbx: Pick<Pbx, 'dial' | 'roomFault' | 'sweep'>
  settings: TransferSettings
  news: Newsroom
  callerProfiles: CallerProfiles
  ids: Ids
}
