// Named places a caller can be sent to: as they are written, and as a transfer takes them.

import type { Destination, Rung } from '../call/transfer/destination.ts'
import type { Fault } from './faults.ts'
import { hoursFrom, hoursSection } from './hours.ts'
import { flag, name, oneOf, orNull, phrase, text, wholeNumber } from './rules.ts'
import { type Checked, item, list, named, optional, section, setting } from './shape.ts'
import {
  callerIdFormat,
  dialableOf,
  dialled,
  dialplanContext,
  isOutside,
  type Trunks,
  targetShape,
} from './targets.ts'

/** Nobody waits for more. */
const RUNGS = { least: 0, most: 20 }
/** Phones that ring together; each is a call of its own. */
const TARGETS = { least: 1, most: 20 }
const ALIASES = { least: 0, most: 100 }

export const ringSeconds = wholeNumber(5, 300)

const alias = text('1 to 100 characters on one line', { longest: 100, pattern: /^(?! )[^\p{Cc}]+(?<! )$/u })

const rung = section({
  targets: list(targetShape, TARGETS, [], 'who rings together; the first who takes the call has it'),
  ringSeconds: optional(ringSeconds, 'how long; `transfer.ringSeconds` when absent'),
  accept: optional(
    oneOf('answer', 'key', 'word'),
    'how they take the call; when absent: word where they hear a brief, else key on phones outside, else answer',
  ),
  machines: optional(
    flag,
    'whether a machine that answers counts as declined; when absent: on phones outside and numbers',
  ),
})

const destination = section({
  number: optional(dialled, 'where the caller is handed over: at once, or when nobody of the ladder came'),
  context: setting(dialplanContext, 'default', "the switch's dialplan context of this number"),
  ladder: list(rung, RUNGS, [], 'who is rung, one after the other, while the caller stays with us'),
  way: setting(
    oneOf('warm', 'conference'),
    'warm',
    'warm: an agent hears who calls and why before they meet; conference: they meet at once',
  ),
  aliases: list(item(alias), ALIASES, [], 'what else an engine may call it'),
  hours: hoursSection,
  whenClosed: setting(orNull(name), null, 'the destination in its place while it is closed'),
  introduction: setting(phrase(1_000), '', "what the assistant tells both when they meet; '' for nothing"),
  takesNotes: setting(flag, false, 'whether the assistant stays, hears both, and writes the summary'),
  afterTalk: setting(
    oneOf('end', 'assistant'),
    'end',
    'what becomes of a caller whose agent has left: the call ends, or the assistant goes on',
  ),
  sendsHeaders: setting(flag, false, 'whether phones are told of the call in SIP headers (`X-Parley-…`)'),
  callerId: optional(callerIdFormat, 'how callers are presented to agents; `transfer.callerId` when absent'),
})

/** What means nothing to a caller who is handed over at once. */
export const LADDER_ONLY = [
  'way',
  'introduction',
  'takesNotes',
  'afterTalk',
  'sendsHeaders',
  'callerId',
] as const

export const destinationsShape = named(destination, {}, 'places a caller can be sent to, by name')

export type WrittenDestination = Checked<typeof destination>

/** A fault is added for what is dialled by a trunk that is not there. */
export function destinationFrom(
  name: string,
  written: WrittenDestination,
  rings: Trunks & { readonly ringSeconds: number },
  faults: Fault[],
): Destination {
  const { number, context, ladder, way, hours, callerId, ...same } = written
  const key = `destinations.${name}`
  const isWarm = way === 'warm' && ladder.length > 0
  const rungFrom = (rung: WrittenRung, index: number): Rung => {
    const isAnyOutside = rung.targets.some(isOutside)
    return {
      dialables: rung.targets.map((target, at) =>
        dialableOf(target, {
          trunks: rings,
          key: `${key}.ladder.${index}.targets.${at}`,
          callerId: { format: callerId, key: `${key}.callerId` },
          faults,
        }),
      ),
      ringMs: (rung.ringSeconds ?? rings.ringSeconds) * 1_000,
      acceptance: rung.accept ?? (isWarm ? 'word' : isAnyOutside ? 'key' : 'answer'),
      machines: rung.machines ?? isAnyOutside,
    }
  }
  return {
    ...same,
    name,
    ladder: ladder.map(rungFrom),
    handOver: number === undefined ? null : { number, context },
    isWarm,
    hours: hoursFrom(hours),
  }
}

type WrittenRung = WrittenDestination['ladder'][number]
