// What `originate` is asked for: variables, destinations, and what the answered leg is put to. Quotes and escapes
// are taken away as the real switch does: for the command's words, for the pairs within the braces, and for the two
// sides of each pair.

import { type InlineApp, readInline } from './inline-dialplan.ts'
import { separated } from './separated.ts'

export interface DialRequest {
  variables: Map<string, string>
  /** Tried one after the other; those of one attempt ring together. */
  attempts: Dialled[][]
  /** `&app(data)` or a dialplan in the argument, or an extension. */
  onAnswer: { apps: readonly InlineApp[] } | { extension: string }
  /** How long it may ring altogether, unless a variable says so. */
  timeoutS: number | undefined
}

export interface Dialled {
  variables: Map<string, string>
  /** Such as `sofia/internal/2003@127.0.0.1:5070`. */
  endpoint: string
}

/** Undefined when there is nothing to dial or nothing to do. */
export function readDialRequest(args: string): DialRequest | undefined {
  const [target = '', what = '', dialplan = '', , , , timeout = ''] = separated(args, ' ').filter(
    word => word !== '',
  )
  if (target === '' || what === '') return undefined
  const variables = new Map<string, string>()
  const dialled = takeVariables(target, '{', '}', variables)
  const attempts = outside(dialled, '|').map(attempt =>
    outside(attempt, ',').map(one => {
      const own = new Map<string, string>()
      return { endpoint: takeVariables(one, '[', ']', own), variables: own }
    }),
  )
  const app = /^&(\w+)(?:\((.*)\))?$/s.exec(what)
  const timeoutS = Number.parseInt(timeout, 10) || undefined
  const common = { variables, attempts, timeoutS }
  if (app) return { ...common, onAnswer: { apps: [{ app: app[1] ?? '', data: app[2] ?? '' }] } }
  if (dialplan === 'inline') return { ...common, onAnswer: { apps: readInline(what) } }
  return { ...common, onAnswer: { extension: what } }
}

/** Reads the blocks of variables at the beginning; the result is what follows them. */
function takeVariables(text: string, open: string, close: string, into: Map<string, string>): string {
  let rest = text.trimStart()
  while (rest.startsWith(open)) {
    const end = closing(rest, open, close)
    if (end < 0) return rest
    for (const pair of separated(rest.slice(1, end), ',')) {
      const [name = '', value] = separated(pair, '=', 2)
      if (name !== '' && value !== undefined) into.set(name, value)
    }
    rest = rest.slice(end + 1).trimStart()
  }
  return rest
}

function closing(text: string, open: string, close: string): number {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === open) depth++
    if (text[at] === close && --depth === 0) return at
  }
  return -1
}

/** Separated by a character that is not within brackets. */
function outside(text: string, separator: string): string[] {
  const found = ['']
  let depth = 0
  for (const one of text) {
    if (one === '[') depth++
    if (one === ']') depth--
    if (one === separator && depth === 0) found.push('')
    else found[found.length - 1] += one
  }
  return found
}
