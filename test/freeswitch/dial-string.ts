// What stands in the command with which a real switch is made to call.

/** A value between quotes: commas and quotes have to be written with a backslash even there. */
export function quoted(bytes: string): string {
  return `'${bytes.replace(/[\\',]/g, '\\$&')}'`
}

const SEPARATORS = ['~', '|', '!', '#']

/** Whether a value can be one of the variables of a call. */
export function canBeParted(value: string): boolean {
  return SEPARATORS.some(one => !value.includes(one))
}

/** Variables as the argument of the dialplan's `multiset`, percent-encoded; parted by a character that none contains. */
export function headerOf(variables: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  const separator = SEPARATORS.find(one => !pairs.some(pair => pair.includes(one)))
  if (!separator) throw new Error('there is no separator left for the variables of a call')
  return encodeURIComponent(`^^${separator}${pairs.join(separator)}`).replace(
    /[!'()*~]/g,
    one => `%${one.charCodeAt(0).toString(16)}`,
  )
}
