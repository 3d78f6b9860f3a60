// Texts with gaps: `{order}` is the slot as it is, `{order:digits}` its characters one by one.

const gap = /\{([A-Za-z]\w*)(:digits)?\}/g

/** The slots a text names, and the text without them. */
export function templateParts(text: string): { slots: string[]; rest: string } {
  return { slots: [...text.matchAll(gap)].map(found => found[1] ?? ''), rest: text.replace(gap, '') }
}

/** Twice the longest text of an author. Callers may fill many gaps with much. */
const MAX_FILLED = 8_000

/** Fills the gaps; a slot that has no value yet leaves nothing. What becomes too long to listen to is cut. */
export function fillTemplate(text: string, slots: ReadonlyMap<string, string>): string {
  const whole = text.replace(gap, (_, name: string, spelled: string | undefined) => {
    const filled = slots.get(name) ?? ''
    return spelled ? [...filled].join(' ') : filled
  })
  return whole.slice(0, MAX_FILLED)
}

/**
 * Marks, what closes after them, and a blank. Only where the first of the marks is: to try it again from each
 * of them would take long where a caller's own words fill the gap with nothing else.
 */
const ending = /(?<![.!?…])[.!?…]+["'”’)]*\s+/gu

/** Cuts a text after each sentence; the pieces joined are the text. */
export function inSentences(text: string): string[] {
  const pieces: string[] = []
  let from = 0
  for (const { 0: marks, index } of text.matchAll(ending)) {
    // A mark with nothing before it belongs to what follows.
    if (index === from && !/^[.!?…]{2}/.test(marks)) continue
    pieces.push(text.slice(from, index + marks.length))
    from = index + marks.length
  }
  return from < text.length ? [...pieces, text.slice(from)] : pieces
}
