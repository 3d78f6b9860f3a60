// Which events a connection's filters let through: mod_event_socket's rules.

export type Filter = readonly [name: string, value: string]

/**
 * An event passes when one filter agrees, and none that begins with `-` does. One whose header is missing says
 * nothing. A value in slashes is a regular expression.
 */
export function passes(filters: readonly Filter[], headers: Readonly<Record<string, string>>): boolean {
  if (filters.length === 0) return true
  let wanted = false
  for (const [name, given] of filters) {
    const found = headers[name] ?? headers[Object.keys(headers).find(key => sameText(key, name)) ?? '']
    if (found === undefined) continue
    const [, signs = '', value = ''] = /^([-+ ]*)(.*)$/s.exec(given) ?? []
    const refuses = signs.replaceAll(' ', '').endsWith('-')
    if (!agrees(value, found, given.startsWith('/'))) continue
    if (refuses) return false
    wanted = true
  }
  return wanted
}

function agrees(value: string, found: string, isPattern: boolean): boolean {
  return isPattern ? (patternOf(value)?.test(found) ?? false) : sameText(found, value)
}

const patterns = new Map<string, RegExp | undefined>()

/** `/…/` or `/…/i`; undefined when it is none that can be understood. */
function patternOf(value: string): RegExp | undefined {
  if (patterns.has(value)) return patterns.get(value)
  const [, source = '', flags = ''] = /^\/(.*)\/([imsx]*)$/s.exec(value) ?? []
  let pattern: RegExp | undefined
  try {
    pattern = source === '' ? undefined : new RegExp(source, flags.replace('x', ''))
  } catch {
    pattern = undefined // the switch logs it and lets nothing through
  }
  patterns.set(value, pattern)
  return pattern
}

function sameText(a: string, b: string): boolean {
  return a.length === b.length && a.toLowerCase() === b.toLowerCase()
}
