// Providers at the ports, with knobs and counters: a recognizer that is told what it will hear, a synthesizer that hums, an
// engine whose answers a test writes.

import { encodeWav } from '../../src/audio/wav.ts'
import type { Prompt } from '../../src/call/line.ts'
import type { Prompts } from '../../src/call/speaker.ts'
import type {
  Conversation,
  Directive,
  Engine,
  EngineCall,
  EngineLink,
  Input,
  Report,
} from '../../src/engine/engine.ts'
import { openExpectation } from '../../src/engine/engine.ts'
import type { Clock } from '../../src/lib/clock.ts'
import type { Files } from '../../src/lib/files.ts'
import { SpeechFault } from '../../src/speech/fault.ts'
import type { Hearing, Recognition, RecognitionRequest, Recognizer } from '../../src/speech/recognizer.ts'
import type { SynthesisRequest } from '../../src/speech/synthesizer.ts'

/** What the next utterance turns out to be. */
export type Script =
  | { text: string; afterMs?: number }
  | { nothing: true; afterMs?: number }
  | { fails: true; afterMs?: number }
  | { never: true }

export class ScriptedRecognizer implements Recognizer {
  readonly name = 'scripted'
  readonly requests: RecognitionRequest[] = []
  readonly #clock: Clock
  readonly #scripts: Script[] = []
  open = 0
  samples = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Utterances are recognized in the order of these; one without a script has no words. */
  willHear(...scripts: (Script | string)[]): void {
    this.#scripts.push(...scripts.map(one => (typeof one === 'string' ? { text: one } : one)))
  }

  recognize(request: RecognitionRequest, hear: (hearing: Hearing) => void): Recognition {
    this.requests.push(request)
    this.open++
    let over = false
    const end = (hearing?: Hearing) => {
      if (over) return
      over = true
      this.open--
      if (hearing) hear(hearing)
    }
    return {
      write: samples => {
        this.samples += samples.length
      },
      finish: () => {
        const script = this.#scripts.shift() ?? { nothing: true }
        if ('never' in script) return
        this.#clock.after(script.afterMs ?? 150, () => end(hearingOf(script)))
      },
      cancel: () => end(),
    }
  }

  async warmUp(): Promise<void> {}
  async close(): Promise<void> {}
}

function hearingOf(script: Exclude<Script, { never: true }>): Hearing {
  if ('text' in script) return { type: 'final', text: script.text, confidence: 0.9, language: null }
  if ('nothing' in script) return { type: 'nothing' }
  return { type: 'failed', fault: new SpeechFault('scripted', 'transient', 'it broke') }
}

const MS_PER_LETTER = 50

/** A hum as long as its text would take to say. */
export class HummedPrompts implements Prompts {
  readonly asked: string[] = []
  readonly #texts = new Map<string, string>()
  readonly #kept = new Map<string, Prompt>()
  readonly #files: Files
  readonly #clock: Clock
  /** How long a new sentence takes to be made. */
  delayMs = 200
  /** Sentences that cannot be made. */
  fails: (text: string) => boolean = () => false
  #made = 0

  constructor(files: Files, clock: Clock) {
    this.#files = files
    this.#clock = clock
    files.makeFolder('/prompts')
  }

  /** What a played file says. */
  textOf(path: string): string {
    return this.#texts.get(path) ?? path
  }

  get({ text }: SynthesisRequest, signal: AbortSignal): Promise<Prompt> {
    this.asked.push(text)
    const kept = this.#kept.get(text)
    if (kept) return Promise.resolve(kept)
    return new Promise((resolve, reject) => {
      this.#clock.after(this.delayMs, () => {
        if (signal.aborted) return reject(signal.reason)
        if (this.fails(text)) return reject(new SpeechFault('hum', 'transient', 'no voice'))
        const path = `/prompts/${this.#made++}.wav`
        const durationMs = text.length * MS_PER_LETTER
        this.#texts.set(path, text)
        this.#files.writeFile(path, encodeWav(hum(durationMs), 8_000)).then(() => {
          this.#kept.set(text, { path, durationMs })
          resolve({ path, durationMs })
        }, reject)
      })
    })
  }

  async forget({ path }: Prompt): Promise<void> {
    this.#kept.delete(this.textOf(path))
  }

  async sound(file: string): Promise<Prompt> {
    const path = `/sounds/${file}`
    if (!(await this.#files.exists(path))) throw new Error('there is no such sound')
    return { path, durationMs: 1_000 }
  }
}

export function hum(ms: number): Int16Array {
  return Int16Array.from({ length: ms * 8 }, (_, at) => 8_000 * Math.sin((2 * Math.PI * 300 * at) / 8_000))
}

type Answer = (
  input: Input,
  turn: number,
  signal: AbortSignal,
) => AsyncIterable<Directive> | Iterable<Directive>

/** Answers as the test says; without an answer it asks what it can do. */
export class ScriptedEngine implements Engine {
  readonly name = 'scripted'
  readonly inputs: Input[] = []
  readonly reports: Report[] = []
  readonly calls: EngineCall[] = []
  readonly links: EngineLink[] = []
  answer: Answer = () => [say('What can I do for you?')]

  open(call: EngineCall, link: EngineLink): Conversation {
    this.calls.push(call)
    this.links.push(link)
    const engine = this
    return {
      async *ask(input, turn, signal) {
        engine.inputs.push(input)
        yield* engine.answer(input, turn, signal)
      },
      report: report => void this.reports.push(report),
    }
  }

  async close(): Promise<void> {}
}

export function say(text: string, interruptible = true): Directive {
  return { type: 'say', text, interruptible, language: null, voice: null }
}

export function listenFor(expectation: Partial<typeof openExpectation>): Directive {
  return { type: 'listen', expectation: { ...openExpectation, ...expectation } }
}
