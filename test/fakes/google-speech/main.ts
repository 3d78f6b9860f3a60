// The speech server as a process of its own, so that its listening takes no time from the daemon that is
// measured:
//
//   node test/fakes/google-speech/main.ts --port 0 --phrases phrases.json [--options knobs.json]
//
// Prints {"port": n} when it listens. SIGUSR2 prints its counters, SIGTERM prints them and ends it. A parent that forked it may
// send {"phrase": "…"} for what callers may say from now on; {"ready": "…"} answers that it would be understood.

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Voice } from '../voice.ts'
import type { Knobs } from './knobs.ts'
import { startGoogleSpeech } from './server.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    /** A JSON array of texts. */
    phrases: { type: 'string' },
    /** A JSON object of `Knobs`. */
    options: { type: 'string' },
  },
})
if (!values.phrases) throw new Error('--phrases: which file has the texts that callers may say?')
const phrases = JSON.parse(readFileSync(values.phrases, 'utf8')) as string[]
const knobs = values.options ? (JSON.parse(readFileSync(values.options, 'utf8')) as Partial<Knobs>) : {}

const voice = await Voice.load()
const speech = await startGoogleSpeech({ ...knobs, phrases, voice, port: Number(values.port) })
const print = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`)
print({ port: speech.port })

process.on('SIGUSR2', () => print({ counters: { ...speech.counters, requests: [] } }))
const end = () => {
  print({ counters: { ...speech.counters, requests: [] } })
  speech.close()
}
process.once('SIGTERM', end)
process.once('SIGINT', end)
process.on('message', (message: { phrase?: unknown }) => {
  if (typeof message.phrase !== 'string') return
  speech.learn(message.phrase)
  process.send?.({ ready: message.phrase })
})
// Waiting for phrases alone must not keep us alive.
process.channel?.unref()
// A parent that forked us and died must not leave us behind.
process.once('disconnect', () => speech.close())
