// What an agent is told of a caller before the two meet: in words, and as headers of the INVITE. All that goes in came from
// outside, so nothing of it may be taken for markup.

import type { HistoryEntry } from '../../engine/engine.ts'
import { spokenText } from '../../speech/spoken-text.ts'
import type { Phrases } from '../profile.ts'
import { isNobody } from './caller-id.ts'

export interface Briefing {
  /** As presented to us. */
  caller: { number: string; name: string }
  destinationName: string
  /** What the caller wants, as the engine puts it; '' when it says nothing. */
  reason: string
  history: readonly HistoryEntry[]
}

/** Nobody listens longer to why somebody calls: about 12 s. */
const LONGEST_REASON = 200
const LONGEST_NAME = 60
/** What is longer is not looked at. */
const LONGEST_INPUT = 2_000
/** Less than so many words seldom says why somebody calls: "yes, please". */
const TELLING_WORDS = 4
/** Headers are seen on the displays of phones, and a SIP message over UDP has to fit into one packet. */
const LONGEST_HEADER = 200

/** The brief, ready to be spoken; '' where the phrases have none. `unknownCaller` stands for who does not show a number. */
export function briefFor(
  briefing: Briefing & { phrases: Pick<Phrases, 'brief' | 'briefWithoutReason'>; unknownCaller?: string },
): string {
  const { phrases, caller, destinationName, unknownCaller = '' } = briefing
  const reason = reasonOf(briefing)
  const values: Readonly<Record<string, string>> = {
    caller: callerInWords(caller) || unknownCaller,
    destination: plain(destinationName, LONGEST_NAME),
    reason,
  }
  const template = reason === '' ? phrases.briefWithoutReason : phrases.brief
  // In one go: what is filled in may itself look like a place to fill in.
  const filled = template.replace(/\{(caller|destination|reason)\}/g, (_, name: string) => values[name] ?? '')
  return filled
    .replace(/\s+/g, ' ')
    .replace(/ +([,.;:!?])/g, '$1')
    .replace(/[,;:]+([.!?])/g, '$1')
    .replace(/([.!?])\.(?=\s|$)/g, '$1')
    .trim()
}

/** Those headers of whose value something is known. */
export function headersFor(briefing: Briefing & { callId: string }): Record<string, string> {
  const { callId, caller, destinationName } = briefing
  const number = isNobody(caller.number) ? '' : caller.number
  const values = {
    'X-Parley-Call': callId,
    'X-Parley-Caller': number === '' ? '' : `${nameOf(caller)} ${number}`,
    'X-Parley-Destination': destinationName,
    'X-Parley-Reason': reasonOf(briefing),
  }
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(values)) {
    const text = headerText(value)
    if (text !== '') headers[name] = text
  }
  return headers
}

/** What the engine says, else what the caller said last that tells something; '' when nothing is known. */
export function reasonOf({ reason, history }: Pick<Briefing, 'reason' | 'history'>): string {
  const told = plain(reason, LONGEST_REASON)
  if (told !== '') return told
  const said = history.filter(({ who, text }) => who === 'caller' && text.trim() !== '')
  const telling = said.findLast(({ text }) => text.trim().split(/\s+/).length >= TELLING_WORDS)
  return plain((telling ?? said.at(-1))?.text ?? '', LONGEST_REASON)
}

function callerInWords(caller: Briefing['caller']): string {
  if (isNobody(caller.number)) return ''
  return nameOf(caller) || digitByDigit(caller.number)
}

/** '' where the switch has only repeated the number in its place. */
function nameOf({ name }: Briefing['caller']): string {
  const text = plain(name, LONGEST_NAME)
  return isNobody(text) || !/\p{L}/u.test(text) ? '' : text
}

/** In groups of three, as people say it; the last has two to four. */
function digitByDigit(number: string): string {
  const digits = number.replace(/[^0-9]/g, '').slice(0, LONGEST_NAME)
  const groups = digits.match(/\d{3}(?=\d{2})|\d+/g) ?? []
  return groups.map(group => [...group].join(' ')).join(', ')
}

/** Without markup and control characters, and cut at the end of a word. */
function plain(text: string, longest: number): string {
  const clean = spokenText(
    text
      .slice(0, LONGEST_INPUT)
      .replace(/<[^<>]*>/g, ' ')
      .replace(/[<>&]/g, ' '),
  )
  return beginning(clean, longest)
}

function beginning(text: string, longest: number): string {
  if (text.length <= longest) return text
  const cut = text.slice(0, longest + 1)
  const end = cut.lastIndexOf(' ')
  // One endless word, which may be cut within a pair of surrogates.
  const words = end > 0 ? cut.slice(0, end) : text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '')
  return words.replace(/[\s,;:–-]+$/, '')
}

/** Printable ASCII without what means something in a dial string or a header. */
function headerText(text: string): string {
  const ascii = text
    .slice(0, LONGEST_INPUT)
    .replace(/ß/g, 'ss')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/g, ' ')
    .replace(/["'\\<>{}[\]|^`$]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return beginning(ascii, LONGEST_HEADER)
}
