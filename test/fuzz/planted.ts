// Targets with a fault in them, for the tests of the fuzzer itself; and, run as a program, what its supervisor watches.

import { must, type Target } from './target.ts'
import { work } from './work.ts'

const target = (name: string, run: (input: Buffer) => void): Target => ({
  name,
  sources: /\/test\/fuzz\/planted\.ts$/,
  seeds: () => [Buffer.from('begun')],
  words: ['x'],
  run,
})

/** Only who keeps what came one letter further will ever spell it: chance alone needs a million inputs. */
function spelled(input: Buffer): void {
  if (input[0] !== 0xf1) return
  must(input[1] !== 0x92, 'spelled')
}

export const planted: readonly Target[] = [
  target('spelled', spelled),
  target('thrown', input => {
    if (input.includes('x')) throw new TypeError('an x')
  }),
  target('rejected', input => {
    if (input.includes('x')) void Promise.reject(new Error('nobody waits for this'))
  }),
  target('slow', input => {
    const before = process.threadCpuUsage()
    while (input.includes('x') && process.threadCpuUsage(before).user < 300_000) {}
  }),
  target('hangs', input => {
    while (input.includes('x')) {}
  }),
  target('swallows memory', input => {
    const held: number[][] = []
    while (input.includes('x')) held.push(Array(100_000).fill(held.length))
  }),
]

if (import.meta.main) await work(planted)
