// Lists of words, and which list a language tag asks for.

/** The words of a text, each once. */
export function wordSet(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}

/** `de` of the BCP 47 tag `de-CH`. */
export function primaryLanguage(tag: string): string {
  const [primary = ''] = tag.split(/[-_]/, 1)
  return primary.toLowerCase()
}
