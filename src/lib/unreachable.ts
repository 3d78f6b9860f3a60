// What cannot happen, said to the compiler.

/** The end of every `switch` over a union: the compiler refuses it while a member is missing. */
export function unreachable(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`)
}
