// The Event Socket: bytes into the frame and message parser, and into a whole session of listener, connection and leg that
// asks for things meanwhile. Nothing throws, nothing is left waiting, nothing is left open.

import { readdirSync } from 'node:fs'
import { ConnectionLost } from '../../src/esl/errors.ts'
import { encodeFrame, type Frame, FrameDecoder } from '../../src/esl/frame.ts'
import { decodeCommand, decodeHeaders, decodeMessage } from '../../src/esl/message.ts'
import { FreeSwitch } from '../../src/pbx/freeswitch/freeswitch.ts'
import { EVENTS as REPORTED } from '../../src/pbx/freeswitch/session.ts'
import { type Leg, type LegEvent, PbxError } from '../../src/pbx/pbx.ts'
import { goldenBytes } from '../esl/golden.ts'
import { Peer } from '../esl/peer.ts'
import type { Random } from '../fake-freeswitch/seeded.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { type LogLine, recordingLog } from '../harness.ts'
import { mutateTree, written } from './mutate-tree.ts'
import { Broken, below, chanceOf, inPieces, must, oneOf, type Target } from './target.ts'

const GOLDEN = new URL('../fake-freeswitch/golden/', import.meta.url)
const TRACES = readdirSync(GOLDEN).map(file => file.replace('.jsonl', ''))
const FRAMES = TRACES.flatMap(trace => framesOf(goldenBytes(trace, 'fs')))
const CHANNEL = encodeFrame(FRAMES.find(({ head }) => head.includes('Socket-Mode'))?.head ?? '')
const EVENTS = FRAMES.filter(({ head }) => head.includes('text/event-json')).map(({ body }) =>
  JSON.parse(body.toString('latin1')),
)
const UUID = decodeHeaders(CHANNEL.toString('latin1'))['Unique-ID'] ?? ''

const WORDS: readonly string[] = [
  ...[
    'Content-Type: ',
    'text/event-json',
    'text/event-plain',
    'command/reply',
    'api/response',
    'text/disconnect-notice',
  ],
  ...[
    'Content-Length: ',
    'content-length:',
    'Reply-Text: +OK',
    '-ERR',
    '-USAGE',
    '\n\n',
    '\n',
    ': ',
    '%',
    '%0A',
    '%00',
    '%ff',
  ],
  ...['Event-Name', ...REPORTED, 'CUSTOM'],
  ...[
    'Unique-ID',
    'Application-UUID',
    'id-1',
    'id-2',
    'Application',
    'socket',
    'playback',
    'Hangup-Cause',
    'DTMF-Digit',
  ],
  ...[
    'Record-File-Path',
    '/r/1.wav',
    'Event-Date-Timestamp',
    'Playback-Status',
    '*',
    '**',
    '::',
    '**::**',
    '__proto__',
    UUID,
  ],
]

export const eslTarget: Target = {
  name: 'esl',
  sources: /\/src\/(esl|pbx\/freeswitch)\//,
  words: WORDS,
  seeds() {
    const kinds = new Map(FRAMES.map(frame => [kindOf(frame), encodeFrame(frame.head, frame.body)]))
    const sessions = TRACES.slice(0, 4).map(trace => goldenBytes(trace, 'fs').subarray(0, 60_000))
    return [
      CHANNEL,
      ...kinds.values(),
      ...sessions,
      ...TRACES.slice(0, 4).map(trace => goldenBytes(trace, 'app')),
    ]
  },
  make(random) {
    return Buffer.concat(Array.from({ length: 1 + below(random, 6) }, () => frame(random)))
  },
  async run(input) {
    const random = chanceOf(input)
    parse(input, random)
    await session(input, random)
  },
}

function framesOf(bytes: Buffer): Frame[] {
  const decoder = new FrameDecoder()
  decoder.push(bytes)
  const frames: Frame[] = []
  for (let next = decoder.next(); next?.kind === 'frame'; next = decoder.next()) frames.push(next)
  return frames
}

function kindOf({ head, body }: Frame): string {
  const event = /"Event-Name":"(\w+)"/.exec(body.toString('latin1', 0, 200))?.[1] ?? ''
  return `${/Content-Type: (\S+)/.exec(head)?.[1]} ${/Reply-Text: (\S+)/.exec(head)?.[1]} ${event}`
}

/** A frame whose length is right, around what need not be. */
function frame(random: Random): Buffer {
  if (random() < 0.3) return encodeFrame(`Content-Type: command/reply\nReply-Text: ${oneOf(random, WORDS)}`)
  const event = { ...oneOf(random, EVENTS), 'Unique-ID': UUID }
  const ours =
    random() < 0.7
      ? {
          ...event,
          'Event-Name': oneOf(random, WORDS.slice(13, 24)),
          'Application-UUID': oneOf(random, ['id-1', 'id-2']),
          'Record-File-Path': '/r/1.wav',
        }
      : event
  const body = Buffer.from(written(random() < 0.5 ? ours : mutateTree(ours, random, WORDS)))
  const type = oneOf(random, ['text/event-json', 'text/event-json', 'text/event-plain', 'api/response'])
  return encodeFrame(`Content-Length: ${body.length}\nContent-Type: ${type}`, body)
}

function parse(input: Buffer, random: Random): void {
  const whole = cut([input])
  const pieces = cut(inPieces(input, random))
  must(whole.frames.length === pieces.frames.length, 'pieces make other frames')
  must(whole.fault === pieces.fault || pieces.fault, 'pieces hide a fault')
  for (const [i, one] of whole.frames.entries()) {
    const other = pieces.frames[i]
    must(one.head === other?.head && one.body.equals(other.body), 'pieces make other frames')
    const [again] = framesOf(encodeFrame(one.head, one.body))
    must(again?.head === one.head && again.body.equals(one.body), 'a frame does not survive being written')
    const message = decodeMessage(one)
    if (message.kind === 'fault') continue
    for (const headers of [message.headers, message.event ?? {}, decodeCommand(one).headers]) {
      for (const name in headers) must(typeof headers[name] === 'string', 'a header that is no text')
    }
    must(typeof message.body === 'string', 'a body that is no text')
  }
}

function cut(pieces: readonly Buffer[]): { frames: Frame[]; fault: boolean } {
  const decoder = new FrameDecoder()
  const frames: Frame[] = []
  for (const piece of pieces) {
    decoder.push(piece)
    for (let next = decoder.next(); next; next = decoder.next()) {
      if (next.kind === 'fault') return { frames, fault: true }
      frames.push(next)
    }
  }
  return { frames, fault: false }
}

/** Everything that a session may be waiting for is over after it. */
const LONG_AFTER_MS = 3_600_000
/** What a session says when it is asked for everything it can do: commands are small. */
const MOST_WRITTEN_BYTES = 200_000

async function session(input: Buffer, random: Random): Promise<void> {
  const clock = new ManualClock()
  const log: LogLine[] = []
  const peer = new Peer()
  const events: LegEvent[] = []
  let ids = 0
  const pbx = new FreeSwitch({
    host: '',
    port: 0,
    maxConnections: 2,
    replyTimeoutMs: 2_000,
    clock,
    ids: { next: () => `id-${++ids}` },
    log: recordingLog(log),
  })
  let asked: Promise<unknown> | undefined
  pbx.handOver(leg => {
    leg.onEvent(event => events.push(event))
    asked = use(leg, random).then(
      () => undefined,
      (error: unknown) => error,
    )
  })
  const answers = oneOf(random, [1, 1, 0.95, 0])
  peer.onCommand = command => {
    if (random() >= answers) return
    if (command.line === 'connect') peer.raw(CHANNEL)
    else if (command.line === 'exit' && random() < 0.5) peer.end()
    else peer.reply(command, random() < 0.95 ? '+OK' : '-ERR no')
  }
  pbx.accept(peer.daemon)
  if (answers > 0) await clock.settle()
  for (const piece of inPieces(input, random)) {
    peer.raw(piece)
    if (random() < 0.1) await clock.settle(1)
    if (random() < 0.02) clock.advance(below(random, 1_000))
  }
  await clock.settle()
  if (random() < 0.3) peer.breakOff(new Error('ECONNRESET'))
  else if (random() < 0.5) peer.end()
  await clock.advanceAsync(LONG_AFTER_MS)
  peer.end()
  await clock.advanceAsync(LONG_AFTER_MS)
  const failure = await asked
  if (failure !== undefined) throw failure
  must(pbx.counts.open === 0, 'a connection stays open')
  must(clock.pending === 0, 'a timer is left')
  must(peer.writes.join('').length < MOST_WRITTEN_BYTES, 'too much is said')
  must(log.length < 50, 'too much is logged', () => log.at(-1)?.message ?? '')
  for (const { fields, level, message } of log) {
    for (const value of Object.values(fields)) if (value instanceof Error) expectTyped(value)
    must(level !== 'error' || 'err' in fields, 'an error is logged', () => message)
  }
  const ends = events.filter(({ type }) => type === 'hungUp' || type === 'moved' || type === 'lost')
  must(asked === undefined || ends.length === 1, 'a leg ends never, or twice', () => `${ends.length}`)
  must(asked === undefined || ends[0] === events.at(-1), 'something is told after the end')
  for (const event of events) if (event.type === 'lost') expectTyped(event.error)
}

const TYPED = new Set(['ConnectionLost', 'ProtocolFault', 'CommandFailed', 'UnsafeValue', 'PbxError'])

/** Down to the bottom, every error is one of ours: anything else is a bug that was caught somewhere. */
function expectTyped(error: unknown): void {
  for (let one = error; one instanceof Error; one = one.cause) {
    if (one instanceof ConnectionLost && one.reason === 'fault') throw one.cause
    const isOfNetwork = one.message === 'ECONNRESET'
    if (!TYPED.has(one.name) && !isOfNetwork) throw one
  }
}

async function use(leg: Leg, random: Random): Promise<void> {
  const playbacks = [leg.play('/p/1.wav', 1_000), leg.play('/p/2.wav', 500)]
  const things: (() => Promise<unknown>)[] = [
    () => leg.answer(),
    () => leg.record('/r/1.wav', 8_000),
    () => leg.keep('/r/2.wav', 8_000),
    () => leg.hush(),
    () => leg.pause(),
    () => leg.resume(),
    () => leg.setMasked('ours', random() < 0.5),
    () => leg.sendDigits('12'),
    () => leg.setVariables({ parley_outcome: 'x' }),
  ]
  const ends = [
    () => leg.transfer({ number: '2000', context: 'public' }),
    () => leg.hangUp('NORMAL_CLEARING'),
    () => leg.release(),
  ]
  const work: Promise<PromiseSettledResult<unknown>[]>[] = []
  const begin = (thing: () => Promise<unknown>) => void work.push(Promise.allSettled([thing()]))
  const count = below(random, 12)
  for (let i = 0; i < count; i++) {
    begin(oneOf(random, things))
    if (random() < 0.3) await new Promise(resolve => setImmediate(resolve))
  }
  if (random() < 0.4) begin(oneOf(random, ends))
  for (const one of (await Promise.all(work)).flat()) {
    if (one.status === 'rejected' && !(one.reason instanceof PbxError)) {
      throw new Broken('a leg refuses with an error of another kind', { cause: one.reason })
    }
  }
  await Promise.all(playbacks.flatMap(({ started, ended }) => [started, ended]))
}
