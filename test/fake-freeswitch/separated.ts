// How FreeSWITCH cuts a list of arguments: switch_separate_string and its clean-up, as they are in switch_utils.c.

/** `limit`: the last of so many parts is all the rest. */
export function separated(text: string, delimiter: string, limit = Number.POSITIVE_INFINITY): string[] {
  const parts: string[] = []
  let part = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    if (char === '\\') part += char + text.charAt(++i)
    else if (char === "'" && (quoted || text.includes("'", i + 1))) {
      quoted = !quoted
      part += char
    } else if (char === delimiter && !quoted && parts.length + 1 < limit) {
      parts.push(part)
      part = ''
    } else part += char
  }
  return [...parts, part].map(raw => cleaned(raw, delimiter))
}

function cleaned(raw: string, delimiter: string): string {
  let text = ''
  let end = 0
  let quoted = false
  const start = raw.search(/[^ ]|$/)
  for (let i = start; i < raw.length; i++) {
    const char = raw.charAt(i)
    const next = raw.charAt(i + 1)
    const plain = { n: '\n', r: '\r', t: '\t', s: ' ' }[next]
    if (char === '\\' && (["'", '"', delimiter, '\\'].includes(next) || plain)) {
      text += plain ?? next
      i++
      end = text.length
    } else if (char === "'" && (quoted || raw.includes("'", i + 1))) quoted = !quoted
    else {
      text += char
      if (char !== ' ' || quoted) end = text.length
    }
  }
  return text.slice(0, end)
}
