// Which parts of the program an input has reached, from V8's own counters. Why not an existing coverage-guided fuzzer:
// Jazzer.js, the only one that is kept up for Node, is a native addon (cmake) and instruments CommonJS through hooks of
// `require`; ours are ES modules with their types stripped. What it would give is this file.

import { type Profiler, Session } from 'node:inspector'

export class Coverage {
  readonly #session = new Session()
  readonly #sources: RegExp
  /** Per function, by its place: 1 for each character of it that has been run. */
  readonly #run = new Map<string, Uint8Array>()
  /** What was new the last time: by function, the characters. */
  readonly #news = new Map<string, number[]>()

  /** `sources`: the files that count. */
  constructor(sources: RegExp) {
    this.#sources = sources
    this.#session.connect()
    this.#post('Profiler.enable')
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  /** Whether something was run since the last time that had never been run before. */
  takeNews(): boolean {
    const { result } = this.#post('Profiler.takePreciseCoverage') as Profiler.TakePreciseCoverageReturnType
    this.#news.clear()
    for (const { url, functions } of result) {
      if (!this.#sources.test(url)) continue
      for (const one of functions) this.#take(url, one)
    }
    return this.#news.size > 0
  }

  /** What was new the last time counts as never run: it will be new once more. */
  forgetNews(): void {
    for (const [key, offsets] of this.#news) for (const at of offsets) this.#run.get(key)?.fill(0, at, at + 1)
  }

  /** Functions that ran, and how much of their text did. */
  get summary(): { functions: number; percent: number } {
    let characters = 0
    let run = 0
    for (const bytes of this.#run.values()) {
      characters += bytes.length
      for (const byte of bytes) run += byte
    }
    return {
      functions: this.#run.size,
      percent: characters === 0 ? 0 : Math.round((1_000 * run) / characters) / 10,
    }
  }

  close(): void {
    this.#session.disconnect()
  }

  // Ranges lie within each other, the inner ones say it better. Functions within are told apart, and are not painted here.
  #take(url: string, { ranges }: Profiler.FunctionCoverage): void {
    const [whole] = ranges
    if (!whole || whole.count === 0) return
    const { startOffset, endOffset } = whole
    const now = new Uint8Array(endOffset - startOffset)
    for (const range of ranges) {
      now.fill(range.count > 0 ? 1 : 0, range.startOffset - startOffset, range.endOffset - startOffset)
    }
    const key = `${url}:${startOffset}`
    const before = this.#run.get(key) ?? new Uint8Array(now.length)
    const news: number[] = []
    for (let i = 0; i < now.length; i++) {
      if (now[i] !== 1 || before[i] === 1) continue
      before[i] = 1
      news.push(i)
    }
    if (news.length === 0) return
    this.#run.set(key, before)
    this.#news.set(key, news)
  }

  // The profiler answers before `post` returns.
  #post(method: string, params: object = {}): unknown {
    let answer: unknown
    let failure: Error | null = null
    this.#session.post(method, params, (error, result) => {
      failure = error
      answer = result
    })
    if (failure) throw failure
    return answer
  }
}
