// A day told: what broke, what the daemon's log says, and of each caller what was heard and what stands in the journal.

import type { Broken } from './broken.ts'
import type { DayResult } from './day.ts'
import { linesOf } from './journals.ts'
import type { Plan } from './plan.ts'

/** Longer lines tell no more. */
const LINE_LENGTH = 240

export function storyOf(plan: Plan, { broken, story, journals, simulatedMs }: DayResult): string {
  const { callers: _, ...rest } = plan
  const lines = [JSON.stringify(rest), `${(simulatedMs / 1_000).toFixed(2)} s were simulated.`]
  for (const { atMs, how } of story.deaths) lines.push(`${seconds(atMs)}  the daemon was ${how}`)
  for (const { atMs, level, message, fields } of story.log)
    lines.push(`${seconds(atMs)}  ${level}: ${message} ${JSON.stringify(fields, withErrors)}`)
  for (const [at, caller] of plan.callers.entries()) {
    const [id, transcript] = Object.entries(story.transcripts)[at] ?? ['', '']
    lines.push('', `caller ${at}: ${JSON.stringify(caller)}`, transcript)
    const journal = journals[Object.keys(journals).find(path => path.includes(id)) ?? '']
    if (!journal) lines.push('  no journal')
    else for (const entry of linesOf(journal).entries) lines.push(`  ${JSON.stringify(entry)}`)
  }
  lines.push('', ...broken.map(lineOf))
  return lines
    .flatMap(text => text.split('\n'))
    .map(line => (line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)}…` : line))
    .join('\n')
}

export function lineOf({ invariant, what, atMs }: Broken): string {
  return `${seconds(atMs)}  BROKEN ${invariant}: ${what}`
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(2).padStart(8)
}

function withErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value
}
