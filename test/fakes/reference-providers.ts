// The reference providers as one process, so that their work takes no time from the daemon that is measured. Forked, it is sent
// what callers may say, answers with its addresses, and sends its log whenever it is asked for it.

import { templatesOf } from './reference-ear.ts'
import { startReferenceEngine } from './reference-engine.ts'
import type { Asked } from './reference-log.ts'
import { ReferenceSpeech } from './reference-speech.ts'

export interface SpokenPhrase {
  /** 16-bit samples, base64. */
  sound: string
  words: { text: string; startMs: number; endMs: number }[]
}

export type ToProviders = { phrases: SpokenPhrase[] } | { send: 'log' }
export type FromProviders = { speechPort: number; engineUrl: string } | { log: Asked[] }

const PACE = {
  interimLagMs: 200,
  finalMs: 150,
  fileMs: 400,
  sentenceMs: 200,
  firstTokenMs: 350,
  tokensPerSecond: 60,
}

const log: Asked[] = []
const send = (message: FromProviders) => process.send?.(message)

process.on('message', (message: ToProviders) => {
  if ('phrases' in message) void open(message.phrases)
  else send({ log: log.splice(0) })
})
// A parent that died must not leave us behind.
process.once('disconnect', () => process.exit(0))

async function open(spoken: SpokenPhrase[]): Promise<void> {
  const phrases = spoken.map(({ sound, words }) => {
    const bytes = Buffer.from(sound, 'base64')
    return {
      samples: new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
      words,
    }
  })
  const speech = new ReferenceSpeech(templatesOf(phrases), PACE, log)
  const [speechPort, engine] = await Promise.all([speech.listen(), startReferenceEngine(PACE, log)])
  send({ speechPort, engineUrl: engine.url })
}
