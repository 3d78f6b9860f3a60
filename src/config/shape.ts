// What a configuration is made of. One description serves the types, the checks, the variables' names and
// the README's table.

import type { Rule } from './rules.ts'

/** What holds when nothing is given. `found`: what the loading finds on this machine, here in words. */
export type Fallback<T> =
  | { is: 'required' }
  | { is: 'absent' }
  | { is: 'value'; value: T }
  | { is: 'found'; words: string }

export interface Leaf<T> {
  readonly is: 'leaf'
  readonly doc: string
  readonly rule: Rule<T>
  readonly fallback: Fallback<T>
  /** A file or folder: a relative one in the configuration file is meant relative to that file. */
  readonly isPath: boolean
}

export interface Section<F> {
  readonly is: 'section'
  readonly fields: F
}

/** Entries under names that the operator chooses. An entry replaces the built-in one of its name. */
export interface Named<E> {
  readonly is: 'named'
  readonly doc: string
  readonly entry: E
  readonly fallback: Readonly<Record<string, object>>
}

/** A fallback of null: null stands for every entry there may be. */
export interface Listed<E, F extends readonly unknown[] | null = readonly unknown[] | null> {
  readonly is: 'list'
  readonly doc: string
  readonly entry: E
  readonly least: number
  readonly most: number
  readonly fallback: F
}

/** One of several sections; the field `by` says which. */
export interface Choice<V> {
  readonly is: 'choice'
  readonly by: string
  readonly variants: V
}

export type Fields = { readonly [key: string]: Shape }
export type Variants = { readonly [key: string]: Section<Fields> }
export type Shape = Leaf<unknown> | Section<Fields> | Named<Shape> | Listed<Shape> | Choice<Variants>

/** What a checked value of this shape is. */
export type Checked<S> =
  S extends Leaf<infer T>
    ? T
    : S extends Section<infer F>
      ? { [K in keyof F]: Checked<F[K]> }
      : S extends Named<infer E>
        ? Record<string, Checked<E>>
        : S extends Listed<infer E, infer F>
          ? Checked<E>[] | Extract<F, null>
          : S extends Choice<infer V>
            ? Checked<V[keyof V]>
            : never

export function required<T>(rule: Rule<T>, doc: string): Leaf<T> {
  return { is: 'leaf', doc, rule, fallback: { is: 'required' }, isPath: false }
}

export function optional<T>(rule: Rule<T>, doc: string): Leaf<T | undefined> {
  return { is: 'leaf', doc, rule, fallback: { is: 'absent' }, isPath: false }
}

export function setting<T>(rule: Rule<T>, value: NoInfer<T>, doc: string): Leaf<T> {
  return { is: 'leaf', doc, rule, fallback: { is: 'value', value }, isPath: false }
}

export function found<T>(rule: Rule<T>, words: string, doc: string): Leaf<T> {
  return { is: 'leaf', doc, rule, fallback: { is: 'found', words }, isPath: false }
}

export function asPath<T>(leaf: Leaf<T>): Leaf<T> {
  return { ...leaf, isPath: true }
}

export function section<const F extends Fields>(fields: F): Section<F> {
  return { is: 'section', fields }
}

export function named<E extends Shape>(
  entry: E,
  fallback: Readonly<Record<string, object>>,
  doc: string,
): Named<E> {
  return { is: 'named', doc, entry, fallback }
}

export function list<E extends Shape, F extends readonly unknown[] | null>(
  entry: E,
  { least, most }: { least: number; most: number },
  fallback: F,
  doc: string,
): Listed<E, F> {
  return { is: 'list', doc, entry, least, most, fallback }
}

export function choice<V extends Variants>(by: string, variants: V): Choice<V> {
  return { is: 'choice', by, variants }
}

/** An entry of a list of single values. */
export function item<T>(rule: Rule<T>): Leaf<T> {
  return required(rule, '')
}
