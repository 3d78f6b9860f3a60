// Which numbers an engine may name itself: a pattern says it place by place. What is no number fits none.

/** Digits of the longest number there is (E.164), with room for prefixes of a PBX. */
const LONGEST_NUMBER = 24
const NUMBER = /^\+?[0-9]+$/

/** See `NumberPattern.pattern`. A pattern that is none fits nothing. */
export function fits(pattern: string, number: string): boolean {
  if (number.length > LONGEST_NUMBER || !NUMBER.test(number)) return false
  const isOpenEnded = pattern.endsWith('*')
  const places = isOpenEnded ? pattern.slice(0, -1) : pattern
  if (isOpenEnded ? number.length < places.length : number.length !== places.length) return false
  for (let at = 0; at < places.length; at++) {
    const place = places[at]
    if (place === 'x' ? number[at] === '+' : place !== number[at]) return false
  }
  // `*` stands for digits, so a `+` has to be written in the pattern.
  return number[0] !== '+' || places[0] === '+'
}

/** What an engine calls a number, as it is dialled; '' when it is none. */
export function numberIn(text: string): string {
  const bare = text.normalize('NFKC').trim().replace(/^tel:/i, '')
  // "+49 (0)30": the zero in brackets is dialled only within the country.
  const inland = bare.startsWith('+') ? bare.replace('(0)', '') : bare
  const number = inland.replace(/[\s\p{Pd}()[\]./]/gu, '')
  return number.length <= LONGEST_NUMBER && NUMBER.test(number) ? number : ''
}
