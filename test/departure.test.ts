// Which signal lets the process go in which way. The application is one that ends what it is told to, when the test says so.

import { beforeEach, describe, expect, test } from 'vitest'
import { Departure } from '../src/departure.ts'
import { type LogLine, recordingLog } from './harness.ts'

let done: string[]
let lines: LogLine[]
let departure: Departure
/** No call is left. */
let empty: PromiseWithResolvers<void>
let stopped: Promise<void>

beforeEach(() => {
  done = []
  lines = []
  empty = Promise.withResolvers()
  stopped = Promise.resolve()
  departure = new Departure({
    log: recordingLog(lines),
    app: {
      suspend: () => doing('suspend', empty.promise),
      drain: () => doing('drain', empty.promise),
      stop: () => doing('stop', stopped),
    },
    onEnding: () => void done.push('ending'),
    onEnded: () => void done.push('ended'),
    exit: code => void done.push(`exit ${code}`),
  })
})

function doing(what: string, until: Promise<void>): Promise<void> {
  done.push(what)
  return until
}

async function noCallIsLeft(): Promise<void> {
  empty.resolve()
  await new Promise(resolve => setImmediate(resolve))
}

const wayOut = ['stop', 'ended', 'exit 0']

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', signal => {
  test('lays the calls down, lets go of the rest, and ends well', async () => {
    departure.onSignal(signal)
    expect(done).toEqual(['ending', 'suspend'])
    await noCallIsLeft()
    expect(done).toEqual(['ending', 'suspend', ...wayOut])
  })

  test('for the second time ends the process at once', () => {
    departure.onSignal('SIGTERM')
    departure.onSignal(signal)
    expect(done).toEqual(['ending', 'suspend', 'exit 1'])
  })

  test('during a drain ends the waiting, and everything is let go once', async () => {
    departure.onSignal('SIGUSR2')
    departure.onSignal(signal)
    await noCallIsLeft()
    expect(done).toEqual(['drain', 'ending', 'suspend', ...wayOut])
  })

  test('while a drained process lets go changes nothing', async () => {
    const letGo = Promise.withResolvers<void>()
    stopped = letGo.promise
    departure.onSignal('SIGUSR2')
    await noCallIsLeft()
    departure.onSignal(signal)
    letGo.resolve()
    await noCallIsLeft()
    expect(done).toEqual(['drain', 'ending', 'stop', 'suspend', 'ended', 'exit 0'])
  })
})

describe('SIGUSR2', () => {
  test('waits for the calls as long as they take, and says that the end is near when they are over', async () => {
    departure.onSignal('SIGUSR2')
    expect(done).toEqual(['drain'])
    await noCallIsLeft()
    expect(done).toEqual(['drain', 'ending', ...wayOut])
  })

  test.each(['SIGUSR2', 'SIGTERM'] as const)('after %s is too late', async first => {
    departure.onSignal(first)
    const before = [...done]
    departure.onSignal('SIGUSR2')
    expect(done).toEqual(before)
    await noCallIsLeft()
    expect(done.at(-1)).toBe('exit 0')
  })
})

test('what fails on the way out is told, keeps nothing else from being done, and shows in the exit code', async () => {
  stopped = Promise.reject(new Error('stuck'))
  departure.onSignal('SIGTERM')
  empty.reject(new Error('a bug'))
  await new Promise(resolve => setImmediate(resolve))
  expect(done).toEqual(['ending', 'suspend', 'stop', 'ended', 'exit 1'])
  expect(lines.filter(({ level }) => level === 'error')).toHaveLength(2)
})
