// How deep a value from outside is nested: what is deeper than any stack can be neither walked nor written down.

/** Whether there are at most `levels` lists and objects within each other. */
export function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every(inner => isShallow(inner, levels - 1))
}
