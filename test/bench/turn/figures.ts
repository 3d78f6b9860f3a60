// The figures of one way at one number of calls.

import { quantile } from '../quantile.ts'
import { ownMs, type Split, type StageKey, stages, type TurnMeasured } from './stages.ts'
import type { Round } from './talk.ts'
import type { Way } from './ways.ts'

/** Slower than so many of a hundred. */
const SLOW = 0.95

export interface Figures {
  way: Way
  round: Round
  turns: readonly TurnMeasured[]
  phoneMs: readonly number[]
  ownMs: readonly number[]
  bargeInMs: readonly number[]
  gapsMs: readonly number[]
  falseCutoffsPercent: number
  heardCutoffsPercent: number
  misunderstood: number
  splits: readonly Split[]
}

export function figuresOf(way: Way, round: Round, turns: readonly TurnMeasured[]): Figures {
  const splits = turns.flatMap(({ split }) => (split ? [split] : []))
  const percent = (holds: (turn: TurnMeasured) => boolean) =>
    Math.round((turns.filter(holds).length * 1_000) / Math.max(1, turns.length)) / 10
  return {
    way,
    round,
    turns,
    phoneMs: given(turns.map(({ phoneMs }) => phoneMs)),
    ownMs: splits.map(ownMs),
    bargeInMs: given(turns.map(({ bargeInMs }) => bargeInMs)),
    gapsMs: turns.flatMap(({ gapsMs }) => gapsMs),
    falseCutoffsPercent: percent(({ decidedEarly }) => decidedEarly),
    heardCutoffsPercent: percent(({ heardEarly }) => heardEarly),
    misunderstood: turns.filter(({ understood, decidedEarly }) => !understood && !decidedEarly).length,
    splits,
  }
}

export function table(all: readonly Figures[]): string {
  const rows = all.map(({ way, round, phoneMs, ownMs: own, bargeInMs, gapsMs, ...rest }) => [
    way.title,
    String(round.calls),
    String(phoneMs.length),
    pair(phoneMs),
    pair(own),
    pair(bargeInMs),
    pair(gapsMs),
    `${rest.falseCutoffsPercent} / ${rest.heardCutoffsPercent} %`,
    String(rest.misunderstood),
    String(round.faults.length),
  ])
  return aligned([
    [
      'way',
      'calls',
      'turns',
      'at the phone',
      'own share',
      'barge-in',
      'gaps',
      'cut-offs',
      'misheard',
      'faults',
    ],
    ['', '', '', 'p50 / p95 ms', 'p50 / p95', 'p50 / p95', 'p50 / p95', 'decided/heard', '', ''],
    ...rows,
  ])
}

export function stageTable(all: readonly Figures[]): string {
  const rows = all.map(({ way, round, splits }) => [
    way.title,
    String(round.calls),
    ...stages.map(({ key }) => pair(splits.map(split => split[key]))),
  ])
  return aligned([['way', 'calls', ...stages.map(({ title }) => title)], ...rows])
}

/** Mean milliseconds of the stages in the slowest twentieth of the turns, and how much more that is than in the others. */
export function slowestTable(all: readonly Figures[]): string {
  const rows = all.flatMap(({ way, round, splits }) => {
    const totals = splits.map(split => stages.reduce((sum, { key }) => sum + split[key], 0))
    const limitMs = quantile(totals, SLOW)
    const slow = splits.filter((_, at) => (totals[at] ?? 0) >= limitMs)
    const usual = splits.filter((_, at) => (totals[at] ?? 0) < limitMs)
    if (usual.length === 0) return []
    const cell = (key: StageKey) => {
      const [mean, more] = [meanOf(slow, key), meanOf(slow, key) - meanOf(usual, key)].map(Math.round)
      return `${mean} (${(more ?? 0) < 0 ? '' : '+'}${more})`
    }
    return [[way.title, String(round.calls), ...stages.map(({ key }) => cell(key))]]
  })
  return aligned([['way', 'calls', ...stages.map(({ title }) => title)], ...rows])
}

/** What the daemon noted itself, where it did. */
export function marksTable(all: readonly Figures[]): string | undefined {
  const names = [
    ...new Set(all.flatMap(({ turns }) => turns.flatMap(({ marks }) => Object.keys(marks ?? {})))),
  ]
  if (names.length === 0) return undefined
  const rows = all.map(({ way, round, turns }) => [
    way.title,
    String(round.calls),
    ...names.map(name => pair(given(turns.map(({ marks }) => marks?.[name])))),
  ])
  return aligned([['way', 'calls', ...names], ...rows])
}

export function cpuTable(all: readonly Figures[]): string {
  const rows = all.map(({ way, round: { calls, cpu, lengthErrorMs, lostMs } }) => [
    way.title,
    String(calls),
    ...[cpu.daemon, cpu.switch, cpu.callers, cpu.providers, cpu.others].map(share => `${share} %`),
    `${Math.round(lengthErrorMs)} ms`,
    `${pair(lostMs)} ms`,
  ])
  return aligned([
    [
      'way',
      'calls',
      'daemon',
      'switch',
      'callers',
      'providers',
      'others',
      'utterances off by',
      'recordings lost',
    ],
    ...rows,
  ])
}

/** How many answers took how long, in steps of 100 ms. */
export function distribution({ phoneMs }: Figures): string {
  const step = 100
  const counts = new Map<number, number>()
  for (const ms of phoneMs) counts.set(Math.floor(ms / step), (counts.get(Math.floor(ms / step)) ?? 0) + 1)
  const [least, most] = [Math.min(...counts.keys()), Math.max(...counts.keys())]
  const largest = Math.max(...counts.values())
  const lines: string[] = []
  for (let at = least; at <= most; at++) {
    const count = counts.get(at) ?? 0
    const bar = '#'.repeat(Math.ceil((count * 50) / largest))
    lines.push(`${String(at * step).padStart(7)} ms ${String(count).padStart(5)}  ${bar}`)
  }
  return lines.join('\n')
}

export function meanOf(splits: readonly Split[], key: StageKey): number {
  return splits.reduce((sum, split) => sum + split[key], 0) / Math.max(1, splits.length)
}

function pair(values: readonly number[]): string {
  if (values.length === 0) return '-'
  return `${Math.round(quantile(values, 0.5))} / ${Math.round(quantile(values, 0.95))}`
}

function given(values: readonly (number | undefined)[]): number[] {
  return values.filter(value => value !== undefined)
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? []
  return rows
    .map(row =>
      row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))),
    )
    .map(cells => cells.join('  ').trimEnd())
    .join('\n')
}
