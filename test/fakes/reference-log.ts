// What the reference providers were asked and answered, and when: a clock that all processes of a machine share, so that it can
// be laid beside what a phone heard.

/** Milliseconds of the system's monotonic clock, the same in every process. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

export type Asked =
  /** Sound ended, and the words of it were told. `tag`: the number that the words begin with. */
  | {
      what: 'recognized'
      tag: number
      how: 'stream' | 'file'
      soundEndedMs: number
      toldMs: number
      text: string
    }
  /** `tokensMs`: when each was sent, as far as it was. */
  | {
      what: 'answered'
      call: string
      turn: number
      input: string
      text: string
      askedMs: number
      tokens: readonly string[]
      tokensMs: number[]
    }
  | { what: 'voiced'; text: string; askedMs: number; toldMs: number }
