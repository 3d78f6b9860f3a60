// The callback that an operator has configured for all transfers.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { Newsroom, type TransferStatus } from '../../src/call/news.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { tellOfTransfers } from '../../src/outside.ts'
import { StatusCallbacks } from '../../src/web/status-callback.ts'
import { recordingLog } from '../harness.ts'

const server = createServer()
afterEach(() => void server.close())

test('hears of every transfer from its first news to its last, each in order', async () => {
  const posted: string[] = []
  const all = Promise.withResolvers<void>()
  server.on('request', (request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => {
      const { transferId, status } = JSON.parse(body)
      posted.push(`${transferId} ${status}`)
      response.end()
      if (posted.length === 6) all.resolve()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const news = new Newsroom(() => 0, all.reject)
  const callbacks = new StatusCallbacks({ clock: systemClock, log: recordingLog([]) })
  tellOfTransfers(news, callbacks, { url: `http://127.0.0.1:${port}/`, format: 'json' })
  const tell = (id: string, status: TransferStatus) =>
    news.tell({
      type: 'transfer',
      id,
      callId: 'call',
      sessionId: null,
      to: 'desk',
      status,
      outcome: status === 'completed' ? 'busy' : null,
      cause: '',
    })
  for (const status of ['initiated', 'ringing', 'completed'] as const)
    for (const id of ['a', 'b']) tell(id, status)
  await all.promise
  const of = (id: string) => posted.filter(line => line.startsWith(id))
  expect(of('a')).toEqual(['a initiated', 'a ringing', 'a completed'])
  expect(of('b')).toEqual(['b initiated', 'b ringing', 'b completed'])
  await callbacks.stop()
})
