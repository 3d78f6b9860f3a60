// What `originate` is asked for: variables, destinations, and what the answered leg is put to. Quotes and escapes
// are taken away as the real switch does, once for the command's words and once more within the braces.

export interface DialRequest {
  variables: Map<string, string>
  /** Tried one after the other; those of one attempt ring together. */
  attempts: Dialled[][]
  /** `&app(data)`, or an extension. */
  onAnswer: { app: string; data: string } | { extension: string }
}

export interface Dialled {
  variables: Map<string, string>
  /** Such as `sofia/internal/2003@127.0.0.1:5070`. */
  endpoint: string
}

/** Undefined when there is nothing to dial or nothing to do. */
export function readDialRequest(args: string): DialRequest | undefined {
  const [target = '', what = ''] = words(args, ' ')
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
  const onAnswer = app ? { app: app[1] ?? '', data: app[2] ?? '' } : { extension: what }
  return { variables, attempts, onAnswer }
}

/** Separated by a character; one in quotes or behind a backslash belongs to the word. */
function words(text: string, separator: ' ' | ','): string[] {
  const found: string[] = []
  let word = ''
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const one = text[at] ?? ''
    const next = text[at + 1] ?? ''
    if (one === '\\' && (next === "'" || next === '\\' || (separator === ',' && next === ','))) {
      word += next
      at++
    } else if (one === "'" && (quoted || text.includes("'", at + 1))) {
      quoted = !quoted
    } else if (one === separator && !quoted) {
      if (separator === ',' || word !== '') found.push(word)
      word = ''
    } else {
      word += one
    }
  }
  return word === '' ? found : [...found, word]
}

/** Reads the blocks of variables at the beginning; the result is what follows them. */
function takeVariables(text: string, open: string, close: string, into: Map<string, string>): string {
  let rest = text.trimStart()
  while (rest.startsWith(open)) {
    const end = closing(rest, open, close)
    if (end < 0) return rest
    for (const pair of words(rest.slice(1, end), ',')) {
      const cut = pair.indexOf('=')
      if (cut > 0) into.set(pair.slice(0, cut).trim(), pair.slice(cut + 1))
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
