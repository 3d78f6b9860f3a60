// A call's id as the name of a file.

/** The id comes from outside: letters, digits and dashes remain, and no more of them than a file system bears. */
export function fileNameOf(callId: string): string {
  return callId.replace(/[^A-Za-z0-9-]/g, '_').slice(0, 64)
}
