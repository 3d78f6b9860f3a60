// Choices by chance, as often as their weights say.

import fc, { type Arbitrary } from 'fast-check'

export type Weighted<T> = readonly [weight: number, value: T | Arbitrary<T>]

/** One of them, as often as its weight says. */
export function choice<T>(...options: readonly Weighted<T>[]): Arbitrary<T> {
  const weighted = options
    .filter(([weight]) => weight > 0)
    .map(([weight, value]) => ({
      weight: Math.ceil(weight * 10),
      arbitrary: isArbitrary(value) ? value : fc.constant(value),
    }))
  return fc.oneof(...weighted) as Arbitrary<T>
}

function isArbitrary<T>(value: T | Arbitrary<T>): value is Arbitrary<T> {
  return typeof value === 'object' && value !== null && 'generate' in value
}

export function among<T>(...values: readonly T[]): Arbitrary<T> {
  return fc.constantFrom(...values)
}
