// Servers that are late, gone, or cut off; and callers who do not want the answer any more.

import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { engineAt, talking } from './fixture.ts'
import type { Handler } from './scripted-server.ts'
import { actions, ScriptedServer, until } from './scripted-server.ts'

const say = (text: string) => ({ type: 'say', text, interruptible: true, language: null, voice: null })
const firstLine: Handler = response => {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' }).write('{"type":"say","text":"One."}\n')
}

async function rawServer(serve: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const server = createServer(serve)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { server, port: (server.address() as { port: number }).port }
}

async function freePort(): Promise<number> {
  const server = await ScriptedServer.listening(() => {})
  const { port } = server
  await server.close()
  return port
}

describe('time', () => {
  test('runs out for the first action after 8 s, and the connection ends', async () => {
    let closed = false
    const { server, directives, clock } = await talking(response => {
      response.on('close', () => {
        closed = true
      })
    })
    const result = directives().catch((error: unknown) => error)
    await until(() => server.asked.length === 1)
    expect(clock.nextAtMs).toBe(8_000)
    clock.advance(8_000)
    expect(await result).toMatchObject({ name: 'EngineFault', kind: 'timeout' })
    await until(() => closed)
    expect(clock.pending).toBe(0)
  })

  test('is not prolonged by comments', async () => {
    const { ask, clock } = await talking(response => {
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .write('data: {"type":"listen"}\n\n: still here\n\n')
    })
    const iterator = ask({ type: 'start' })[Symbol.asyncIterator]()
    await iterator.next()
    clock.advance(500)
    const next = iterator.next().catch((error: unknown) => error)
    await clock.settle()
    expect(clock.nextAtMs).toBe(10_500)
    clock.advance(10_000)
    expect(await next).toMatchObject({ kind: 'timeout' })
  })

  test('does not run while the call is busy with an action', async () => {
    let goOn = () => {}
    const { ask, clock } = await talking((response, asked) => {
      firstLine(response, asked)
      goOn = () => response.end('{"type":"say","text":"Two."}')
    })
    const iterator = ask({ type: 'start' })[Symbol.asyncIterator]()
    await iterator.next()
    clock.advance(60_000)
    const next = iterator.next()
    goOn()
    expect(await next).toEqual({ done: false, value: say('Two.') })
    expect(await iterator.next()).toMatchObject({ done: true })
    expect(clock.pending).toBe(0)
  })

  test('for a connection is not counted on one that was kept', async () => {
    const { server, directives, clock } = await talking((response, asked) => {
      if (asked.body.turn === 0) actions()(response, asked)
    })
    await directives()
    const result = directives({ type: 'start' }, 1).catch((error: unknown) => error)
    await until(() => server.asked.length === 2)
    expect(clock.nextAtMs).toBe(8_000)
    clock.advance(8_000)
    expect(await result).toMatchObject({ kind: 'timeout' })
  })

  test('runs out for the connection after 2 s', async () => {
    let accepted: Socket | undefined
    const { port } = await rawServer(socket => {
      accepted = socket.on('error', () => {})
    })
    // TLS that never begins is a connection that never comes about.
    const { directives, clock } = engineAt(`https://127.0.0.1:${port}/`)
    const result = directives().catch((error: unknown) => error)
    await until(() => accepted !== undefined)
    expect(clock.nextAtMs).toBe(2_000)
    clock.advance(2_000)
    expect(await result).toMatchObject({ kind: 'timeout' })
  })
})

describe('a refused connection', () => {
  test('is tried once more a moment later', async () => {
    const port = await freePort()
    const { directives, clock } = engineAt(`http://127.0.0.1:${port}/`)
    const result = directives()
    await until(() => clock.nextAtMs === 250)
    const server = await ScriptedServer.listening(actions({ type: 'say', text: 'Back.' }), port)
    onTestFinished(() => server.close())
    clock.advance(250)
    expect(await result).toEqual([say('Back.')])
  })

  test('twice is a fault', async () => {
    const { directives, clock } = engineAt(`http://127.0.0.1:${await freePort()}/`)
    const result = directives().catch((error: unknown) => error)
    await until(() => clock.nextAtMs === 250)
    clock.advance(250)
    expect(await result).toMatchObject({ name: 'EngineFault', kind: 'unreachable' })
    expect(clock.pending).toBe(0)
  })

  test('is not tried again for a caller who is gone', async () => {
    const { ask, clock } = engineAt(`http://127.0.0.1:${await freePort()}/`)
    const controller = new AbortController()
    const iterator = ask({ type: 'start' }, 0, controller.signal)[Symbol.asyncIterator]()
    const next = iterator.next().catch((error: unknown) => error)
    await until(() => clock.nextAtMs === 250)
    const reason = new Error('gone')
    controller.abort(reason)
    expect(await next).toBe(reason)
    expect(clock.pending).toBe(0)
  })
})

describe('a broken connection', () => {
  test('is not tried again: the server may have acted', async () => {
    const { server, directives } = await talking(response => response.socket?.destroy())
    await expect(directives()).rejects.toMatchObject({ kind: 'unreachable' })
    expect(server.asked).toHaveLength(1)
  })

  test('in the middle of an answer is a fault after what came', async () => {
    let cut = () => {}
    const { ask } = await talking((response, asked) => {
      firstLine(response, asked)
      cut = () => response.socket?.destroy()
    })
    const iterator = ask({ type: 'start' })[Symbol.asyncIterator]()
    expect(await iterator.next()).toEqual({ done: false, value: say('One.') })
    cut()
    await expect(iterator.next()).rejects.toMatchObject({ kind: 'unreachable' })
  })

  test('that was kept from an earlier request is replaced', async () => {
    const perConnection: number[] = []
    const { port } = await rawServer(socket => {
      const at = perConnection.push(0) - 1
      socket.on('error', () => {})
      socket.on('data', () => {
        perConnection[at] = (perConnection[at] ?? 0) + 1
        if (perConnection[at] > 1) socket.resetAndDestroy()
        else socket.write('HTTP/1.1 204 No Content\r\n\r\n')
      })
    })
    const { directives } = engineAt(`http://127.0.0.1:${port}/`)
    expect(await directives()).toEqual([])
    expect(await directives({ type: 'start' }, 1)).toEqual([])
    expect(perConnection).toEqual([2, 1])
  })
})

describe('an aborted ask', () => {
  const reason = new Error('barged in')

  test('throws its reason and ends the connection while the server thinks', async () => {
    let closed = false
    const { server, ask, clock } = await talking(response => {
      response.on('close', () => {
        closed = true
      })
    })
    const controller = new AbortController()
    const next = ask({ type: 'start' }, 0, controller.signal)
      [Symbol.asyncIterator]()
      .next()
      .catch((error: unknown) => error)
    await until(() => server.asked.length === 1)
    controller.abort(reason)
    expect(await next).toBe(reason)
    await until(() => closed)
    expect(clock.pending).toBe(0)
  })

  test('gives nothing more, although more has arrived', async () => {
    const { ask } = await talking(actions({ type: 'say', text: 'One.' }, { type: 'say', text: 'Two.' }))
    const controller = new AbortController()
    const iterator = ask({ type: 'start' }, 0, controller.signal)[Symbol.asyncIterator]()
    expect(await iterator.next()).toEqual({ done: false, value: say('One.') })
    controller.abort(reason)
    await expect(iterator.next()).rejects.toBe(reason)
  })

  test('ends the connection at once, although nobody asks for the next directive', async () => {
    let closed = false
    const { ask } = await talking((response, asked) => {
      response.on('close', () => {
        closed = true
      })
      firstLine(response, asked)
    })
    const controller = new AbortController()
    const iterator = ask({ type: 'start' }, 0, controller.signal)[Symbol.asyncIterator]()
    await iterator.next()
    controller.abort(reason)
    await until(() => closed)
  })

  test('before it began posts nothing', async () => {
    const { server, ask } = await talking(actions())
    const iterator = ask({ type: 'start' }, 0, AbortSignal.abort(reason))[Symbol.asyncIterator]()
    await expect(iterator.next()).rejects.toBe(reason)
    expect(server.connections).toBe(0)
  })

  test('leaves the conversation usable', async () => {
    const { server, ask, directives } = await talking((response, asked) => {
      if (asked.body.turn === 1) actions({ type: 'say', text: 'Again.' })(response, asked)
    })
    const controller = new AbortController()
    const next = ask({ type: 'start' }, 0, controller.signal)[Symbol.asyncIterator]().next()
    const failed = next.catch((error: unknown) => error)
    await until(() => server.asked.length === 1)
    controller.abort(reason)
    expect(await failed).toBe(reason)
    expect(await directives({ type: 'start' }, 1)).toEqual([say('Again.')])
  })

  test('that is left without a word ends the connection', async () => {
    let closed = false
    const { ask } = await talking((response, asked) => {
      response.on('close', () => {
        closed = true
      })
      firstLine(response, asked)
    })
    for await (const directive of ask({ type: 'start' })) {
      expect(directive).toEqual(say('One.'))
      break
    }
    await until(() => closed)
  })
})

test.each([
  [500, 'application/json'],
  [200, 'text/html'],
])('an endless answer with status %i and %s is not read', async (status, contentType) => {
  let closed = false
  const { directives } = await talking(response => {
    response.on('close', () => {
      closed = true
    })
    response.writeHead(status, { 'content-type': contentType }).write('…')
  })
  await expect(directives()).rejects.toMatchObject({ name: 'EngineFault' })
  await until(() => closed)
})
