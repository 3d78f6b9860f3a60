// What an error of a Google client means to us.

import { SpeechFault } from '../fault.ts'

/** gRPC's status codes, as far as they are told apart here. */
const Code = {
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  unauthenticated: 16,
} as const

const PERMANENT: readonly number[] = [
  Code.invalidArgument,
  Code.notFound,
  Code.permissionDenied,
  Code.failedPrecondition,
  Code.unimplemented,
  Code.unauthenticated,
]

/** Enough to recognise what Google complains about, short enough for a log line. */
const LONGEST_DETAIL = 200

/** Puts an error of a Google client into the shape of the ports. */
export function googleFault(provider: string, error: unknown): SpeechFault {
  if (error instanceof SpeechFault) return error
  const code = codeOf(error)
  const detail = detailOf(error)
  if (code === Code.resourceExhausted) {
    return new SpeechFault(provider, 'busy', `quota exhausted: ${detail}`, { cause: error })
  }
  if (isCredentialFailure(code, detail)) {
    return new SpeechFault(provider, 'permanent', 'the credentials were not accepted', { cause: error })
  }
  const kind = code !== undefined && PERMANENT.includes(code) ? 'permanent' : 'transient'
  return new SpeechFault(provider, kind, `code ${code ?? 'unknown'}: ${detail}`, { cause: error })
}

/**
 * Whether Google closed a stream only because of its age or because no sound came. Version 2 says code 10
 * "Max duration of 5 minutes reached for stream." and "Stream timed out after receiving no more client
 * requests."; version 1 says code 11 "Exceeded maximum allowed stream duration of 305 seconds." and "Audio
 * Timeout Error: Long duration elapsed without audio."
 */
export function isStreamExpiry(error: unknown): boolean {
  const code = codeOf(error)
  if (code !== Code.aborted && code !== Code.outOfRange) return false
  return /max duration|maximum allowed stream duration|no more client requests|audio timeout|without audio/i.test(
    detailOf(error),
  )
}

// The library signs or fetches a token per call; what goes wrong there arrives as code 2. Without a network
// the same message comes, but then another try may work.
function isCredentialFailure(code: number | undefined, detail: string): boolean {
  return (
    code === Code.unknown &&
    detail.startsWith('Getting metadata from plugin failed') &&
    !/\b(ECONN\w+|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|socket hang up)\b/.test(detail)
  )
}

function codeOf(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'number' ? code : undefined
}

function detailOf(error: unknown): string {
  const { details, message } = (error ?? {}) as { details?: unknown; message?: unknown }
  const text = typeof details === 'string' && details !== '' ? details : message
  return typeof text === 'string'
    ? text.replace(/[\x00-\x1f\x7f]+/g, ' ').slice(0, LONGEST_DETAIL)
    : 'no details'
}
