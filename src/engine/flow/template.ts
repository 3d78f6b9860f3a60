// Texts with gaps: `{order}` is the slot as it is, `{order:digits}` its characters one by one.

const gap = /\{([A-Za-z]\w*)(:digits)?\}/g

/** The slots a text names, and the text without them. */
export function templateParts(text: string): { slots: string[]; rest: string } {
  return { slots: [...text.matchAll(gap)].map(found => found[1] ?? ''), rest: text.replace(gap, '') }
}

/** Fills the gaps; a slot that has no value yet leaves nothing. */
export function fillTemplate(text: string, slots: ReadonlyMap<string, string>): string {
  return text.replace(gap, (_, name: string, spelled: string | undefined) => {
    const filled = slots.get(name) ?? ''
    return spelled ? [...filled].join(' ') : filled
  })
}

/** Cuts a text after each sentence; the pieces joined are the text. */
export function inSentences(text: string): string[] {
  return text.match(/.+?(?:[.!?…]+["'”’)]*\s+|$)/gsu) ?? []
}
