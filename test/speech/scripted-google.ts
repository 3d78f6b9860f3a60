// A local peer that speaks Google's protocol and does exactly what a test tells it: late, wrong, never.

import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fromJSON } from '@grpc/proto-loader'
import { grpc } from 'google-gax'

const require = createRequire(import.meta.url)
const LOADING = { keepCase: false, longs: String, enums: String, defaults: true, oneofs: true }

export interface ResultScript {
  text: string
  isFinal?: boolean
  stability?: number
  confidence?: number
  /** Where the settled segment ends in the stream's sound. */
  endMs?: number
}

interface Incoming {
  recognizer: string
  streamingRequest: 'streamingConfig' | 'audio'
  // biome-ignore lint/suspicious/noExplicitAny: a decoded message of a protocol file, looked at freely
  streamingConfig: any
  audio: Buffer
}

type Call = grpc.ServerDuplexStream<Incoming, unknown>

/** One streamingRecognize call as the peer sees it. */
export class ScriptedStream {
  readonly call: Call
  readonly messages: Incoming[] = []
  state: 'open' | 'half-closed' | 'cancelled' | 'over' = 'open'
  readonly #watchers = new Set<() => void>()

  constructor(call: Call) {
    this.call = call
    call.on('data', (message: Incoming) => {
      this.messages.push(message)
      this.#changed()
    })
    call.on('end', () => {
      if (this.state === 'open') this.state = 'half-closed'
      this.#changed()
    })
    // Also fired after a normal end: only a call that was not answered to its end was cancelled.
    call.on('cancelled', () => {
      if (this.state !== 'over') this.state = 'cancelled'
      this.#changed()
    })
    call.on('error', () => {})
  }

  get config() {
    return this.messages[0]?.streamingConfig
  }

  get audio(): Buffer[] {
    return this.messages.filter(each => each.streamingRequest === 'audio').map(each => each.audio)
  }

  get audioBytes(): number {
    return this.audio.reduce((sum, piece) => sum + piece.length, 0)
  }

  /** Resolves as soon as `holds()` does; whatever arrives makes it look again. */
  until(holds: (stream: ScriptedStream) => boolean): Promise<void> {
    if (holds(this)) return Promise.resolve()
    return new Promise(resolve => {
      const look = () => {
        if (!holds(this)) return
        this.#watchers.delete(look)
        resolve()
      }
      this.#watchers.add(look)
    })
  }

  respond(...results: ResultScript[]): void {
    this.call.write({
      results: results.map(({ text, isFinal = false, stability = 0, confidence = 0, endMs }) => ({
        alternatives: [{ transcript: text, confidence }],
        isFinal,
        stability,
        languageCode: 'en-us',
        ...(endMs !== undefined && {
          resultEndOffset: { seconds: Math.floor(endMs / 1000), nanos: (endMs % 1000) * 1e6 },
        }),
      })),
    })
  }

  speechBegins(): void {
    this.call.write({ speechEventType: 'SPEECH_ACTIVITY_BEGIN' })
  }

  end(): void {
    this.state = 'over'
    this.call.end()
  }

  fail(code: number, details: string): void {
    this.state = 'over'
    this.call.emit('error', Object.assign(new Error(details), { code, details }))
  }

  #changed(): void {
    for (const watch of [...this.#watchers]) watch()
  }
}

export type SynthesizeCall = {
  // biome-ignore lint/suspicious/noExplicitAny: a decoded message of a protocol file, looked at freely
  request: any
  metadata: grpc.Metadata
  call: grpc.ServerUnaryCall<unknown, unknown>
}

export interface ScriptedGoogleOptions {
  tls?: { key: Buffer; cert: Buffer }
  maxStreamsPerConnection?: number
  synthesize?: (call: SynthesizeCall) => Promise<Buffer>
  /** Whether response headers are sent before the first answer. */
  sendsHeaders?: boolean
}

export class ScriptedGoogle {
  readonly port: number
  readonly streams: ScriptedStream[] = []
  readonly #server: grpc.Server
  readonly #waiting: ((stream: ScriptedStream) => void)[] = []
  #taken = 0

  constructor(server: grpc.Server, port: number) {
    this.#server = server
    this.port = port
  }

  get endpoint(): string {
    return `127.0.0.1:${this.port}`
  }

  accept(stream: ScriptedStream): void {
    this.streams.push(stream)
    const waiting = this.#waiting.shift()
    if (!waiting) return
    this.#taken++
    waiting(stream)
  }

  /** The next stream that was not handed out yet. */
  nextStream(): Promise<ScriptedStream> {
    const stream = this.streams[this.#taken]
    if (stream) {
      this.#taken++
      return Promise.resolve(stream)
    }
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  /** Different connections that carried the streams so far. */
  get connections(): number {
    return new Set(this.streams.map(stream => stream.call.getPeer())).size
  }

  stop(): void {
    this.#server.forceShutdown()
  }
}

export async function startScriptedGoogle(options: ScriptedGoogleOptions = {}): Promise<ScriptedGoogle> {
  const channel =
    options.maxStreamsPerConnection === undefined
      ? {}
      : { 'grpc.max_concurrent_streams': options.maxStreamsPerConnection }
  const server = new grpc.Server(channel)
  let google: ScriptedGoogle
  const streamingRecognize = (call: Call) => {
    if (options.sendsHeaders) call.sendMetadata(new grpc.Metadata())
    google.accept(new ScriptedStream(call))
  }
  server.addService(serviceOf('@google-cloud/speech', ['speech', 'v2', 'Speech']), {
    StreamingRecognize: streamingRecognize,
  } as unknown as grpc.UntypedServiceImplementation)
  server.addService(serviceOf('@google-cloud/text-to-speech', ['texttospeech', 'v1', 'TextToSpeech']), {
    SynthesizeSpeech: (call: grpc.ServerUnaryCall<unknown, unknown>, reply: grpc.sendUnaryData<unknown>) => {
      const { synthesize = () => Promise.reject(new Error('no script')) } = options
      synthesize({ request: call.request, metadata: call.metadata, call }).then(
        audioContent => reply(null, { audioContent }),
        (error: grpc.ServiceError) => reply(error),
      )
    },
  } as unknown as grpc.UntypedServiceImplementation)
  const credentials = options.tls
    ? grpc.ServerCredentials.createSsl(null, [{ private_key: options.tls.key, cert_chain: options.tls.cert }])
    : grpc.ServerCredentials.createInsecure()
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)))
  })
  google = new ScriptedGoogle(server, port)
  return google
}

export function grpcError(code: number, details: string): Error {
  return Object.assign(new Error(details), { code, details })
}

/** A port on which something listens, accepts, and never says a word. */
export async function startMuteServer(): Promise<{ port: number; stop: () => void }> {
  const { createServer } = await import('node:net')
  const sockets = new Set<import('node:net').Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { port: (server.address() as { port: number }).port, stop }
}

function serviceOf(module: string, path: readonly string[]): grpc.ServiceDefinition {
  const definition = fromJSON(require(`${module}/build/protos/protos.json`), LOADING)
  let found: unknown = grpc.loadPackageDefinition(definition)
  for (const name of ['google', 'cloud', ...path]) found = (found as Record<string, unknown>)[name]
  return (found as { service: grpc.ServiceDefinition }).service
}
