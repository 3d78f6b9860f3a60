// The desks of a file of tests: nothing may be left on any of them when a test is over.

import { afterEach, expect } from 'vitest'
import { Desk, type DeskOptions } from './harness.ts'

/** Gives what opens one. To be called once, where the tests are described. */
export function desksOfTests(prepare: (desk: Desk) => void = () => {}): (options?: DeskOptions) => Desk {
  let desks: Desk[] = []
  afterEach(async () => {
    const left = await Promise.all(desks.map(desk => desk.leftovers()))
    desks = []
    expect(left.flat()).toEqual([])
  })
  return options => {
    const desk = new Desk(options)
    prepare(desk)
    desks.push(desk)
    return desk
  }
}
