// The loop: an input out of what there is, a run, and what reached something new is kept. A run must not throw, must be
// quick, and must leave no rejected promise behind.

import { seededRandom } from '../fake-freeswitch/seeded.ts'
import { Coverage } from './coverage.ts'
import { mutate } from './mutate.ts'
import { shrink } from './shrink.ts'
import { Broken, below, MAX_INPUT_BYTES, oneOf, type Target } from './target.ts'

export interface FuzzOptions {
  readonly seed: number
  /** The end, whichever comes first. */
  readonly seconds: number
  readonly runs?: number
  /** Let V8 count, and keep what reached something new; without it only the seeds are mutated. */
  readonly guided: boolean
  /** CPU time above which a run is a finding. */
  readonly slowMs?: number
  /** How long a finding may be made smaller. */
  readonly shrinkMs?: number
  /** Told before and after each run, so that somebody else can see one that does not end. */
  readonly watch?: { begins(input: Buffer): void; ends(): void }
  onProgress?(progress: Progress): void
}

export interface Progress {
  runs: number
  corpus: number
}

export interface Finding {
  input: Buffer
  error: unknown
}

export interface Outcome extends Progress {
  seconds: number
  coverage?: { functions: number; percent: number }
  finding?: Finding
}

/** CPU time of one run. The inputs are small enough that anything linear takes some hundredths of it. */
const SLOW_MS = 1_000
/** V8 is asked once for so many runs; when there is something new, each of them is run again by itself. */
const RUNS_A_LOOK = 40
const PROGRESS_MS = 5_000
const SHRINK_MS = 20_000
/** So that what is promising is not drowned; the youngest count most. */
const CORPUS_LIMIT = 4_000

export async function fuzz(target: Target, options: FuzzOptions): Promise<Outcome> {
  const beganMs = performance.now()
  const rejections = new Rejections()
  const coverage = options.guided ? new Coverage(target.sources) : undefined
  const run = (input: Buffer) => runOnce(target, input, rejections, options.watch, options.slowMs)
  const state = { runs: 0, corpus: target.seeds().map(seed => seed.subarray(0, MAX_INPUT_BYTES)) }
  try {
    const finding = await search(target, options, state, run, coverage)
    const smallest = finding && (await smaller(finding, run, options.shrinkMs ?? SHRINK_MS))
    return {
      runs: state.runs,
      corpus: state.corpus.length,
      seconds: (performance.now() - beganMs) / 1_000,
      ...(coverage && { coverage: coverage.summary }),
      ...(smallest && { finding: smallest }),
    }
  } finally {
    coverage?.close()
    rejections.close()
    await target.close?.()
  }
}

/** One input, as a file holds it. */
export async function replay(target: Target, input: Buffer): Promise<unknown> {
  const rejections = new Rejections()
  try {
    return await runOnce(target, input, rejections)
  } finally {
    rejections.close()
    await target.close?.()
  }
}

type Run = (input: Buffer) => Promise<unknown>

async function search(
  target: Target,
  { seed, seconds, runs = Number.POSITIVE_INFINITY, onProgress }: FuzzOptions,
  state: { runs: number; corpus: Buffer[] },
  run: Run,
  coverage: Coverage | undefined,
): Promise<Finding | undefined> {
  const random = seededRandom(seed)
  const untilMs = performance.now() + seconds * 1_000
  let progressMs = performance.now() + PROGRESS_MS
  const untested = [...state.corpus]
  const { words } = target
  let batch: Buffer[] = []
  while (state.runs < runs && performance.now() < untilMs) {
    const input = untested.pop() ?? nextInput(target, state.corpus, words, random)
    batch.push(input)
    state.runs++
    const error = await run(input)
    if (error !== undefined) return { input, error }
    if (batch.length >= RUNS_A_LOOK) {
      if (coverage?.takeNews()) keepNew(state.corpus, await onesWithNews(batch, run, coverage))
      batch = []
    }
    if (performance.now() < progressMs) continue
    progressMs += PROGRESS_MS
    onProgress?.({ runs: state.runs, corpus: state.corpus.length })
  }
  return undefined
}

function nextInput(
  target: Target,
  corpus: readonly Buffer[],
  words: readonly string[],
  random: () => number,
): Buffer {
  if (target.make && random() < 0.5) {
    const made = target.make(random).subarray(0, MAX_INPUT_BYTES)
    return random() < 0.8 ? made : mutate(made, random, { corpus, words })
  }
  // The square makes the youngest likelier, which are those that reached something new.
  const at = random() < 0.5 ? below(random, corpus.length) : Math.floor(corpus.length * Math.sqrt(random()))
  return mutate(corpus[at] ?? oneOf(random, corpus), random, { corpus, words })
}

// V8 told of the whole batch: each is run again by itself, and those that bring something of the news once more are it.
async function onesWithNews(batch: readonly Buffer[], run: Run, coverage: Coverage): Promise<Buffer[]> {
  coverage.forgetNews()
  const found: Buffer[] = []
  for (const input of batch) {
    await run(input)
    if (coverage.takeNews()) found.push(input)
  }
  return found
}

function keepNew(corpus: Buffer[], found: readonly Buffer[]): void {
  for (const input of found) corpus.push(input)
  if (corpus.length > CORPUS_LIMIT) corpus.splice(0, corpus.length - CORPUS_LIMIT)
}

async function runOnce(
  target: Target,
  input: Buffer,
  rejections: Rejections,
  watch?: FuzzOptions['watch'],
  slowMs = SLOW_MS,
): Promise<unknown> {
  const before = process.threadCpuUsage()
  watch?.begins(input)
  try {
    await target.run(input)
    // Rejections are told of, and parents hear of us, only when the loop turns.
    await new Promise(resolve => setImmediate(resolve))
  } catch (error) {
    return error ?? new Broken('something empty was thrown')
  } finally {
    watch?.ends()
  }
  const { user, system } = process.threadCpuUsage(before)
  const cpuMs = (user + system) / 1_000
  if (cpuMs > slowMs)
    return new Broken('slow', { detail: `${Math.round(cpuMs)} ms for ${input.length} bytes` })
  return rejections.take()
}

/** Promises that were rejected and that nobody waited for. */
class Rejections {
  #last: unknown
  readonly #note = (reason: unknown) => {
    this.#last = new Broken('a rejection that nobody takes', { cause: reason })
  }

  constructor() {
    process.on('unhandledRejection', this.#note)
  }

  take(): unknown {
    const last = this.#last
    this.#last = undefined
    return last
  }

  close(): void {
    process.off('unhandledRejection', this.#note)
  }
}

async function smaller(finding: Finding, run: Run, shrinkMs: number): Promise<Finding> {
  const label = labelOf(finding.error)
  let { error } = finding
  const fails = async (candidate: Buffer) => {
    const found = await run(candidate)
    if (found === undefined || labelOf(found) !== label) return false
    error = found
    return true
  }
  const input = await shrink(finding.input, fails, performance.now() + shrinkMs)
  return { input, error }
}

/** The same for the same fault: the promise that was broken, or the error and the line of ours that threw it. */
export function labelOf(error: unknown): string {
  if (error instanceof Broken) return error.label
  if (!(error instanceof Error)) return String(error)
  const place = error.stack?.split('\n').find(line => /\/src\//.test(line)) ?? ''
  return `${error.name} ${place.trim()}`
}
