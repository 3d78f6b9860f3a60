// The stages of a turn as a picture: one stacked bar for each way and number of calls, drawn to the same scale.

import { writeFile } from 'node:fs/promises'
import { quantile } from '../quantile.ts'
import { type Figures, meanOf } from './figures.ts'
import { type Picture, pngOf, type Shape, svgOf } from './shapes.ts'
import { stages } from './stages.ts'

/** The wait in grey, providers in blue and green, ours in reds and yellows. */
const COLOURS = [
  ...['#9aa0a6', '#ea4335', '#6fa3f5', '#fbbc04', '#1a73e8', '#ff7043', '#34a853', '#d81b60', '#7b1fa2'],
]
const BLACK = '#202124'
const GREY = '#5f6368'
const FAINT = '#e0e0e0'
const WIDTH = 1_160
const LEFT = 210
const RIGHT = 150
const BAR = 26
const ROW = 42
const TOP = 96
const AXIS_STEP_MS = 250
/** A narrower part has no number in it. */
const NARROWEST_PX = 28

/** Draws to `path` with .svg and .png behind it; resolves to the files. */
export async function draw(all: readonly Figures[], title: string, path: string): Promise<string[]> {
  const picture = pictureOf(all, title)
  await Promise.all([writeFile(`${path}.svg`, svgOf(picture)), writeFile(`${path}.png`, pngOf(picture))])
  return [`${path}.svg`, `${path}.png`]
}

function pictureOf(all: readonly Figures[], title: string): Picture {
  const drawn = all.filter(({ splits }) => splits.length > 0)
  const longestMs = Math.max(500, ...drawn.map(sumOf))
  const perMs = (WIDTH - LEFT - RIGHT) / longestMs
  const height = TOP + drawn.length * ROW + 30
  const bars = drawn.flatMap((figures, row) => bar(figures, TOP + row * ROW, perMs))
  const heading: Shape = { x: 16, y: 28, text: title, colour: BLACK }
  return { width: WIDTH, height, shapes: [heading, ...legend(), ...axis(longestMs, perMs, height), ...bars] }
}

function bar({ way, round, splits, phoneMs }: Figures, y: number, perMs: number): Shape[] {
  const label = `${way.title}, ${round.calls} call${round.calls === 1 ? '' : 's'}`
  const shapes: Shape[] = [{ x: 16, y: y + 17, text: label, colour: BLACK }]
  let x = LEFT
  for (const [at, { key, title }] of stages.entries()) {
    const ms = meanOf(splits, key)
    const width = ms * perMs
    const colour = COLOURS[at] ?? GREY
    shapes.push({ x, y, width, height: BAR, colour, title: `${title}: ${Math.round(ms)} ms` })
    if (width >= NARROWEST_PX)
      shapes.push({
        x: x + width / 2,
        y: y + 17,
        text: String(Math.round(ms)),
        colour: '#ffffff',
        anchor: 'middle',
      })
    x += width
  }
  const [p50, p95] = [0.5, 0.95].map(share => Math.round(quantile(phoneMs, share)))
  shapes.push({ x: x + 8, y: y + 17, text: `p50 ${p50}, p95 ${p95}`, colour: BLACK })
  return shapes
}

function legend(): Shape[] {
  let x = 16
  return stages.flatMap(({ title, whose }, at): Shape[] => {
    const text = whose === 'ours' ? `${title} (ours)` : title
    const left = x
    x += 34 + text.length * 7
    return [
      { x: left, y: 44, width: 12, height: 12, colour: COLOURS[at] ?? GREY },
      { x: left + 17, y: 54, text, colour: BLACK },
    ]
  })
}

function axis(longestMs: number, perMs: number, height: number): Shape[] {
  const shapes: Shape[] = []
  for (let ms = 0; ms <= longestMs; ms += AXIS_STEP_MS) {
    const x = LEFT + ms * perMs
    shapes.push({ x, y: TOP - 8, width: 1, height: height - TOP - 14, colour: FAINT })
    shapes.push({ x, y: height - 8, text: `${ms} ms`, colour: GREY, anchor: 'middle' })
  }
  return shapes
}

function sumOf({ splits }: Figures): number {
  return stages.reduce((sum, { key }) => sum + meanOf(splits, key), 0)
}
