// Everything that was ever spoken, kept by its content: what is said again costs no money and no time.

import { createHash } from 'node:crypto'
import { resample } from '../audio/resample.ts'
import { decodeWav, encodeWav, findWavLayout, toMono } from '../audio/wav.ts'
import type { Clock } from '../lib/clock.ts'
import type { Files } from '../lib/files.ts'
import { SpeechFault } from './fault.ts'
import { SharedWork } from './shared-work.ts'
import { spokenText } from './spoken-text.ts'
import type { SynthesisRequest, Synthesizer } from './synthesizer.ts'

/** A file that is ready to be played: 8 kHz, 16 bit, mono. */
export interface StoredPrompt {
  path: string
  durationMs: number
}

export interface PromptStoreOptions {
  folder: string
  /** What the folder may hold; the longest unused is removed first. */
  mostBytes: number
  synthesizer: Synthesizer
  files: Files
  clock: Clock
}

interface Entry {
  bytes: number
  /** Unknown until the file was looked into by this process. */
  durationMs: number | undefined
  usedAtMs: number
}

const SAMPLE_RATE = 8_000
const NAME = 'prompt store'
const FILE_NAME = /^([0-9a-f]{64})\.wav$/
/** The switch, of our group, reads it. */
const FOLDER_MODE = 0o2750
/** Somebody may still play it, or have it paused: longer than a prompt and the wait before it. */
const IN_USE_MS = 300_000
/** What is played for a text in which nothing can be pronounced. */
const SILENCE_MS = 20

export class PromptStore {
  readonly #options: PromptStoreOptions
  /** The longest unused first. */
  readonly #entries = new Map<string, Entry>()
  readonly #making = new SharedWork<StoredPrompt>()
  #bytes = 0

  private constructor(options: PromptStoreOptions) {
    this.#options = options
  }

  /** Makes the folder if need be and takes over what it holds. Rejects with the error of the file system. */
  static async open(options: PromptStoreOptions): Promise<PromptStore> {
    const { files, folder, clock } = options
    files.makeFolder(folder)
    const store = new PromptStore(options)
    const found = await files.list(folder)
    for (const { name, bytes } of found.sort((a, b) => a.changedMs - b.changedMs)) {
      const key = FILE_NAME.exec(name)?.[1]
      // A call that outlived the process before this one may be playing any of them.
      if (key) store.#add(key, { bytes, durationMs: undefined, usedAtMs: clock.now() })
      else if (name.endsWith('.part')) files.remove(`${folder}/${name}`) // of a write that was killed
    }
    return store
  }

  /** Bytes and files it holds. */
  get size(): { files: number; bytes: number } {
    return { files: this.#entries.size, bytes: this.#bytes }
  }

  /**
   * The file for a sentence, made if need be; several who ask at once share one synthesis. It is not removed
   * while it may be playing. Rejects with SpeechFault, or with the signal's reason.
   */
  async get(request: SynthesisRequest, signal: AbortSignal): Promise<StoredPrompt> {
    signal.throwIfAborted()
    const spoken = { ...request, text: spokenText(request.text) }
    const key = keyOf(this.#options.synthesizer.settings, spoken)
    const stored = await this.#find(key)
    if (stored) return stored
    return this.#making.join(key, signal, mine => this.#make(key, spoken, mine))
  }

  /** The file turned out to be unplayable: it will be made anew. */
  async forget(prompt: StoredPrompt): Promise<void> {
    const key = FILE_NAME.exec(prompt.path.slice(prompt.path.lastIndexOf('/') + 1))?.[1]
    if (key) this.#remove(key)
  }

  async #find(key: string): Promise<StoredPrompt | undefined> {
    const entry = this.#entries.get(key)
    if (!entry) return undefined
    const path = this.#pathOf(key)
    const { files, clock } = this.#options
    // Before the first wait: nobody may remove it meanwhile.
    entry.usedAtMs = clock.now()
    if (entry.durationMs === undefined) {
      const content = await files.readFile(path).catch(() => undefined) // missing or unreadable: made anew
      entry.durationMs = content && durationOf(content)
    } else if (!(await files.exists(path).catch(() => false))) {
      entry.durationMs = undefined
    }
    if (this.#entries.get(key) !== entry) return undefined // forgotten, or made anew, meanwhile
    if (entry.durationMs === undefined) {
      this.#remove(key)
      return undefined
    }
    this.#touch(key, entry)
    return { path, durationMs: entry.durationMs }
  }

  async #make(key: string, request: SynthesisRequest, signal: AbortSignal): Promise<StoredPrompt> {
    if (request.text === '') return this.#store(key, new Int16Array((SAMPLE_RATE * SILENCE_MS) / 1000))
    const { synthesizer } = this.#options
    const speech = await synthesizer.synthesize(request, signal)
    const samples = at8000(synthesizer.name, speech.samples, speech.sampleRate)
    if (samples.length === 0)
      throw new SpeechFault(synthesizer.name, 'transient', 'it answered with no sound')
    // Another voice than asked for must not be kept as the one that was.
    const made = speech.settings === undefined ? key : keyOf(speech.settings, request)
    return this.#store(made, inWholeFrames(samples))
  }

  async #store(key: string, samples: Int16Array): Promise<StoredPrompt> {
    const { clock } = this.#options
    const content = encodeWav(samples, SAMPLE_RATE)
    const path = this.#pathOf(key)
    await this.#write(path, content)
    const durationMs = (samples.length * 1000) / SAMPLE_RATE
    this.#add(key, { bytes: content.length, durationMs, usedAtMs: clock.now() })
    this.#makeRoom(clock.now())
    return { path, durationMs }
  }

  // A full disk is often full of what we keep here ourselves.
  async #write(path: string, content: Buffer): Promise<void> {
    const { files, clock, mostBytes } = this.#options
    try {
      await files.writeFile(path, content).catch(error => {
        const { code } = error as NodeJS.ErrnoException
        // Somebody may have cleaned up the folder while we ran.
        if (code === 'ENOENT') files.makeFolder(this.#options.folder, FOLDER_MODE)
        else if (code === 'ENOSPC') this.#makeRoom(clock.now(), Math.min(mostBytes, this.#bytes / 2))
        else throw error
        return files.writeFile(path, content)
      })
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code
      const why =
        code === 'ENOSPC' ? 'the disk is full' : `a prompt cannot be written (${code ?? 'unknown error'})`
      throw new SpeechFault(NAME, 'transient', why, { cause })
    }
  }

  #add(key: string, entry: Entry): void {
    this.#bytes += entry.bytes - (this.#entries.get(key)?.bytes ?? 0)
    this.#touch(key, entry)
  }

  #touch(key: string, entry: Entry): void {
    this.#entries.delete(key)
    this.#entries.set(key, entry)
  }

  /** Removes what was unused longest, but nothing that may be playing. */
  #makeRoom(nowMs: number, mostBytes = this.#options.mostBytes): void {
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= mostBytes || nowMs - entry.usedAtMs < IN_USE_MS) return
      this.#remove(key)
    }
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
    this.#options.files.remove(this.#pathOf(key))
  }

  #pathOf(key: string): string {
    return `${this.#options.folder}/${key}.wav`
  }
}

/** JSON keeps the parts apart whatever they contain. */
function keyOf(settings: string, { language, voice, text }: SynthesisRequest): string {
  const parts = JSON.stringify([settings, language, voice, SAMPLE_RATE, text])
  return createHash('sha256').update(parts).digest('hex')
}

/** How long our own kind of file plays; undefined when it is not whole. */
function durationOf(content: Buffer): number | undefined {
  try {
    const layout = findWavLayout(content)
    if (layout?.sampleRate !== SAMPLE_RATE || layout.claimedBytes === 0) return undefined
    if (layout.dataAt + layout.claimedBytes !== content.length) return undefined
    return (toMono(decodeWav(content)).length * 1000) / SAMPLE_RATE
  } catch {
    return undefined // not a WAV at all
  }
}

function at8000(provider: string, samples: Int16Array, sampleRate: number): Int16Array {
  try {
    return resample(samples, sampleRate, SAMPLE_RATE)
  } catch (cause) {
    throw new SpeechFault(provider, 'permanent', `sound at ${sampleRate} samples a second is not used`, {
      cause,
    })
  }
}

/** The switch plays frames of 20 ms; it would fill the last one with silence, which is heard between two sentences. */
const FRAME_SAMPLES = 160

/** Without what is left over: less than a frame, and mostly the end of a fade. */
function inWholeFrames(samples: Int16Array): Int16Array {
  return samples.subarray(0, Math.max(FRAME_SAMPLES, samples.length - (samples.length % FRAME_SAMPLES)))
}
