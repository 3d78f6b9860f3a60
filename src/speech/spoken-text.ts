// What of a text is to be spoken: models write for eyes, and providers read aloud what they are given.

/**
 * The text without control characters and markdown's marks, white space collapsed; '' when nothing can be
 * pronounced.
 */
export function spokenText(text: string): string {
  const spoken = text
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, character =>
      /\s|\u200d|\u200c/.test(character) ? character : ' ',
    )
    .replace(/!?\[([^\]]+)\]\([^)\s]+\)/g, '$1') // a link is its text
    .replace(/(^|\s)(?:#{1,6}|[-*•>]|`{3}\w*)(?=\s)/g, '$1') // headings, bullets, quotes, fences
    .replace(/(\*{1,3}|_{1,3}|`+|~~)(?=\S)(.+?)(?<=\S)\1(?![\p{L}\p{N}])/gu, '$2') // emphasis
    .replace(/\*{2,}|`+/g, '') // emphasis that a cut between sentences has torn apart
    .replace(/\s+/g, ' ')
    .trim()
  return /[\p{L}\p{N}\p{S}]/u.test(spoken) ? spoken : ''
}
