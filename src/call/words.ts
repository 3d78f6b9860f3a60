// Texts of recognizers, compared by what was said and not by how it is written.

/** The words of a text, without case, punctuation and marks. */
export function wordsOf(text: string): string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}']+/u)
    .filter(word => word !== '')
}

/** Recognizers punctuate and capitalize as they like, and differently while somebody still speaks. */
export function sameWords(one: string, other: string): boolean {
  return wordsOf(one).join(' ') === wordsOf(other).join(' ')
}
