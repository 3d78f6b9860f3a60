// G.711 against values of the standard, and every code and every sample against the law itself.

import { describe, expect, test } from 'vitest'
import { decodeG711, encodeG711, type Law } from '../../src/audio/g711.ts'

const allCodes = Uint8Array.from({ length: 256 }, (_, i) => i)
const allSamples = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768)

describe.each<[Law, [number, number][]]>([
  [
    'mu-law',
    [
      [0xff, 0],
      [0x7f, 0],
      [0x80, 32_124],
      [0x00, -32_124],
      [0xfe, 8],
      [0x7e, -8],
      [0xef, 132],
      [0x8f, 16_764],
    ],
  ],
  [
    'a-law',
    [
      [0xd5, 8],
      [0x55, -8],
      [0xaa, 32_256],
      [0x2a, -32_256],
      [0xc5, 264],
      [0x45, -264],
      [0x80, 5_504],
    ],
  ],
])('%s', (law, known) => {
  const loudest = Math.max(...decodeG711(allCodes, law))

  test.each(known)('code %i is %i', (code, sample) => {
    expect(decodeG711(Uint8Array.of(code), law)[0]).toBe(sample)
  })

  test('a decoded sample is encoded into the code it came from', () => {
    const codes = encodeG711(decodeG711(allCodes, law), law)
    const differing = allCodes.filter(code => codes[code] !== code)
    // The mu-law has two zeros; the positive one is sent.
    expect([...differing]).toEqual(law === 'mu-law' ? [0x7f] : [])
  })

  test('no sample is off by more than half a step of its segment, but for those beyond the loudest code', () => {
    const decoded = decodeG711(encodeG711(allSamples, law), law)
    for (const [i, sample] of allSamples.entries()) {
      const found = decoded[i] ?? 0
      if (Math.abs(sample) > Math.abs(found) && Math.abs(found) === loudest) continue
      if (Math.abs(found - sample) > halfStepAt(found, law)) expect.fail(`${sample} came back as ${found}`)
    }
  })

  test('a louder sample is never decoded as a softer one', () => {
    const decoded = decodeG711(encodeG711(allSamples, law), law)
    for (let i = 1; i < decoded.length; i++) {
      if ((decoded[i] ?? 0) < (decoded[i - 1] ?? 0))
        expect.fail(`${allSamples[i]} is decoded as ${decoded[i]}`)
    }
  })
})

/** Steps double with the segment: 8 to 1024 for the mu-law; 16, 16 and so on to 1024 for the A-law. */
function halfStepAt(decoded: number, law: Law): number {
  const biased = Math.abs(decoded) + (law === 'mu-law' ? 132 : 0)
  const segment = Math.max(0, Math.floor(Math.log2(biased)) - 7)
  return law === 'mu-law' ? 4 << segment : 8 << Math.max(0, segment - 1)
}
