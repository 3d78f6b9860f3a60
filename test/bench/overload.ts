// A full daemon: who is too much gets to people, how soon, and whether those inside notice. The real daemon with as many calls as
// it may have, all of them talking; in turns nobody else calls, and as many more as are inside call at once, every second.

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStage, type Stage } from '../apps/stage.ts'
import type { DialplanStep } from '../fake-freeswitch/call-flow.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import { referenceKnobs } from '../fakes/google-speech/knobs.ts'
import { Voice } from '../fakes/voice.ts'
import { quantile } from './quantile.ts'

const INSIDE = 10
const PHASES = ['without', 'with', 'without', 'with'] as const
const PHASE_MS = 15_000
const WAVE_EVERY_MS = 1_000
const WORDS = 'yes please'
/** An answer that takes longer is none. */
const PATIENCE = { withinMs: 15_000 }
const PEOPLE = '200'

type Phase = (typeof PHASES)[number]

export async function benchOverload(): Promise<object> {
  const voice = await Voice.load()
  const stage = await openStage({
    phrases: [WORDS],
    knobs: referenceKnobs,
    configuration: {
      calls: { max: INSIDE },
      engines: { reception: { type: 'flow', file: join(import.meta.dirname, 'overload-flow.json5') } },
      profiles: { default: { policy: { silenceMs: 120_000 } } },
    },
  })
  try {
    const bench = new Bench(stage, voice.sayAt8k(WORDS))
    await bench.run()
    return bench.tell()
  } finally {
    await stage.stop()
  }
}

class Bench {
  readonly #stage: Stage
  readonly #words: Int16Array
  #phase: Phase | 'over' = 'without'
  readonly #answersMs: Record<Phase, number[]> = { without: [], with: [] }
  readonly #toPeopleMs: number[] = []
  #notAnswered = 0
  #notSent = 0

  constructor(stage: Stage, words: Int16Array) {
    this.#stage = stage
    this.#words = words
  }

  async run(): Promise<void> {
    const inside: Caller[] = []
    for (let one = 0; one < INSIDE; one++) {
      inside.push(await this.#dial())
      await sleep(200) // they did not all come at once, so they do not all speak at once
    }
    await Promise.all(inside.map(caller => caller.until(() => caller.plays.length >= 2, PATIENCE)))
    const talking = Promise.all(inside.map(caller => this.#talk(caller)))
    for (const phase of PHASES) {
      this.#phase = phase
      const waves: Promise<void>[] = []
      for (let ms = 0; ms < PHASE_MS; ms += WAVE_EVERY_MS) {
        if (phase === 'with') for (let one = 0; one < INSIDE; one++) waves.push(this.#callInVain())
        await sleep(WAVE_EVERY_MS)
      }
      await Promise.all(waves)
    }
    this.#phase = 'over'
    await talking
    for (const caller of inside) caller.hangsUp()
  }

  /** Says the same again and again, and takes the time from its end to the beginning of the answer. */
  async #talk(caller: Caller): Promise<void> {
    for (;;) {
      await caller.hearsSilence({ ms: 1_000, ...PATIENCE })
      const phase = this.#phase
      if (phase === 'over') return
      await caller.says(this.#words)
      const saidMs = caller.ms
      try {
        const { atMs } = await caller.hearsSpeech(PATIENCE)
        // What lay in both is told of neither.
        if (this.#phase === phase) this.#answersMs[phase].push(atMs - saidMs)
      } catch {
        this.#notAnswered++
        return
      }
    }
  }

  async #callInVain(): Promise<void> {
    const caller = await this.#dial()
    const dialledMs = caller.ms
    try {
      const { number, atMs } = await caller.isSentToPeople(PATIENCE)
      if (number !== PEOPLE) this.#notSent++
      else this.#toPeopleMs.push(atMs - dialledMs)
    } catch {
      this.#notSent++
    }
    caller.hangsUp()
  }

  /** As the dialplan does that Parley comes with, except that only the daemon can bring anybody to people. */
  #dial(): Promise<Caller> {
    const dialplan: DialplanStep[] = [
      { do: 'set', name: 'parley_fallback', value: `${PEOPLE} XML default` },
      { do: 'set', name: 'socket_resume', value: 'true' },
      { do: 'answer' },
      { do: 'socket', to: [this.#stage.listener] },
    ]
    return this.#stage.switch.call({ to: '5000', from: '+15550100', dialplan })
  }

  tell(): object {
    const { without, with: withSurplus } = this.#answersMs
    const answers = { without: figuresOf(without), with: figuresOf(withSurplus) }
    const toPeople = figuresOf(this.#toPeopleMs)
    console.log(
      `\n${INSIDE} calls inside, all there may be; ${this.#toPeopleMs.length} more were sent to people.`,
    )
    console.log(`\n${' '.repeat(44)}p50 ms  p95 ms  worst ms   count`)
    row('end of words to answer, nobody else calls', answers.without)
    row('end of words to answer, as many more call', answers.with)
    row('surplus: dialled to people', toPeople)
    const { switch: pbx, complaints } = this.#stage
    const overloads = complaints.flatMap(line => /"reason":"([^"]*)".*overloaded/.exec(line)?.[1] ?? [])
    console.log(`\nnot answered ${this.#notAnswered}, not sent ${this.#notSent}`)
    for (const reason of overloads) console.log(`overloaded: ${reason}`)
    console.log()
    return {
      inside: INSIDE,
      answers,
      ratioP50: ratio(answers.with.p50, answers.without.p50),
      ratioP95: ratio(answers.with.p95, answers.without.p95),
      toPeople,
      notAnswered: this.#notAnswered,
      notSent: this.#notSent,
      overloads: overloads.length,
      violations: pbx.violations.length,
    }
  }
}

interface Figures {
  p50: number
  p95: number
  worst: number
  count: number
}

function figuresOf(values: readonly number[]): Figures {
  const at = (share: number) => Math.round(quantile(values, share))
  return { p50: at(0.5), p95: at(0.95), worst: at(1), count: values.length }
}

function row(name: string, { p50, p95, worst, count }: Figures): void {
  const columns = [p50, p95, worst, count].map(value => value.toString().padStart(8))
  console.log(`${name.padEnd(42)}${columns.join('')}`)
}

function ratio(a: number, b: number): number {
  return Math.round((a / b) * 100) / 100
}
