// Runs both Google adapters once, in a process of its own: certificates and default credentials are read from
// the environment when the modules load. Prints what came out as one line of JSON, and nothing else unless a
// library does.

import { systemClock } from '../../src/lib/clock.ts'
import { diskFiles } from '../../src/lib/files.ts'
import { GoogleRecognizer } from '../../src/speech/providers/google-recognizer.ts'
import { GoogleSynthesizer } from '../../src/speech/providers/google-synthesizer.ts'
import { Heard } from './heard.ts'

const [endpoint, keyFile] = process.argv.slice(2)
const access = { name: 'g', endpoint, keyFile }

const recognizer = new GoogleRecognizer({ ...access, finalTimeoutMs: 15_000 }, systemClock, diskFiles)
const synthesizer = new GoogleSynthesizer(access, systemClock, diskFiles)
const outcome = (work: Promise<unknown>) => work.then(() => 'done', describe)

const warm = await outcome(recognizer.warmUp())
const heard = new Heard()
const recognition = recognizer.recognize(
  { language: 'en-US', sampleRate: 8000, hints: [], expect: 'open' },
  heard.hear,
)
recognition.write(new Int16Array(800))
recognition.finish()
const last = await heard.end()
const hearing = last.type === 'failed' ? describe(last.fault) : last.type
const request = { text: 'Hello.', language: 'en-US', voice: '' }
const spoken = await outcome(synthesizer.synthesize(request, new AbortController().signal))
await Promise.all([recognizer.close(), synthesizer.close()])
process.stdout.write(JSON.stringify({ warm, hearing, spoken }))

function describe(error: unknown): string {
  const { name, kind, message } = error as { name: string; kind: string; message: string }
  return `${name} ${kind} ${message}`
}
