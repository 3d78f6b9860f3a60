// What the transfers of all calls share, in tests.

import { Newsroom } from '../src/call/news.ts'
import type { TransferSettings } from '../src/call/transfer/destination.ts'
import type { Exchange } from '../src/call/transfer/exchange.ts'
import type { Clock } from '../src/lib/clock.ts'
import type { Ids } from '../src/lib/ids.ts'
import { CallerProfiles } from '../src/store/caller-profiles.ts'

export const testTransfer: TransferSettings = {
  ringMs: 20_000,
  music: 'local_stream://default',
  trunkNumber: '+4930100',
  customCallerId: { name: 'Parley', number: '+4930199' },
  statusCallback: null,
  patterns: [],
}

export function testExchange(
  pbx: Exchange['pbx'],
  { clock, ids, settings = {} }: { clock: Clock; ids: Ids; settings?: Partial<TransferSettings> },
): Exchange {
  const news = new Newsroom(
    () => clock.wallMs(),
    error => {
      throw error
    },
  )
  const callerProfiles = new CallerProfiles({
    clock,
    onChange: extension => news.tell({ type: 'callerProfileChanged', extension }),
  })
  return { pbx, settings: { ...testTransfer, ...settings }, news, callerProfiles, ids }
}
