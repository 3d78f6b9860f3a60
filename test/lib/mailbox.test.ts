// One at a time, in order, never nested, bounded.

import { expect, test } from 'vitest'
import { Mailbox, MailboxFull } from '../../src/lib/mailbox.ts'

test('what is posted while the handler runs is taken afterwards, in order', () => {
  const log: string[] = []
  const box = new Mailbox<string>(item => {
    log.push(`${item} begins`)
    if (item === 'a') {
      box.post('b')
      box.post('c')
    }
    log.push(`${item} ends`)
  })
  box.post('a')
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})

test('a closed box drops what is waiting and what still comes', () => {
  const taken: string[] = []
  const box = new Mailbox<string>(item => {
    taken.push(item)
    box.post('waiting')
    box.close()
  })
  box.post('first')
  box.post('late')
  expect(taken).toEqual(['first'])
})

test('more than its limit is refused with a typed error', () => {
  let refused: unknown
  const box = new Mailbox<number>(item => {
    if (item !== 0) return
    box.post(1)
    box.post(2)
    try {
      box.post(3)
    } catch (error) {
      refused = error
    }
  }, 2)
  box.post(0)
  expect(refused).toBeInstanceOf(MailboxFull)
})

test('a handler that throws tells the poster, and the box still works', () => {
  const taken: number[] = []
  const box = new Mailbox<number>(item => {
    if (item === 1) throw new Error('bad item')
    taken.push(item)
  })
  expect(() => box.post(1)).toThrow('bad item')
  box.post(2)
  expect(taken).toEqual([2])
})
