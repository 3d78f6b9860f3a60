// Looks into the file as it was written, whatever it holds: a fault in one place must not hide those that
// depend on it.

/** What `field` of a value of any kind holds. */
export function inside(value: unknown, field: string): unknown {
  return isObject(value) && Object.hasOwn(value, field) ? value[field] : undefined
}

/** The names of the entries in an object; none in anything else. */
export function namesIn(value: unknown): string[] {
  return isObject(value) ? Object.keys(value) : []
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
