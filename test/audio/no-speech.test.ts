// What must not begin an utterance: noise, keys, the network's tones, clicks and breath. And what still must.

import { describe, expect, test } from 'vitest'
import { openEar, RATE, say } from './ear.ts'
import { joined, noise, randomSource, silence, throughMuLaw, tone } from './signals.ts'

describe('what is no speech', () => {
  test.each<[string, () => Int16Array]>([
    ['silence', () => silence(20_000)],
    ['faint noise', () => noise(-60, 20_000, 1)],
    ['noise', () => noise(-40, 20_000, 2)],
    ['loud noise', () => noise(-30, 20_000, 3)],
    ['very loud noise', () => noise(-20, 20_000, 4)],
    ['keys being pressed', () => pressedKeys()],
    ['ringing in America', () => repeated([440, 480], 2_000, 2_000)],
    ['ringing in Europe', () => repeated([425], 1_000, 2_000)],
    ['a busy signal', () => repeated([480, 620], 500, 500)],
    ['clicks', () => clicks()],
    ['breathing', () => breaths()],
  ])('%s begins no utterance', (_, make) => {
    const ear = openEar()
    ear.hear(throughMuLaw(make()))
    expect(ear.starts).toEqual([])
  })

  test('speech right after a key is still heard', () => {
    const ear = openEar()
    ear.hear(
      joined(
        silence(500),
        tone([770, 1_336], 150, 4_000),
        silence(100),
        say('Sales please.'),
        silence(1_000),
      ),
    )
    expect(ear.ends.length).toBe(1)
    expect(ear.starts[0]?.atSample).toBeGreaterThan(0.75 * RATE - 1)
  })

  test('a whisper, which has no pitch, is speech all the same', () => {
    const hiss = noise(-30, 600, 4)
    const ear = openEar()
    ear.hear(joined(noise(-65, 1_000, 5), hiss, noise(-65, 1_200, 6)))
    expect(ear.starts.length).toBe(1)
  })
})

function repeated(hz: number[], onMs: number, offMs: number): Int16Array {
  return joined(...Array.from({ length: 5 }, () => joined(tone(hz, onMs, 4_000), silence(offMs))))
}

function pressedKeys(): Int16Array {
  const random = randomSource(8)
  const rows = [697, 770, 852, 941]
  const columns = [1_209, 1_336, 1_477, 1_633]
  const pressed = Array.from({ length: 40 }, () => {
    const hz = [rows[Math.floor(random() * 4)] ?? 0, columns[Math.floor(random() * 4)] ?? 0]
    return joined(tone(hz, 60 + Math.floor(random() * 140), 4_000), silence(40 + Math.floor(random() * 300)))
  })
  return joined(...pressed)
}

function clicks(): Int16Array {
  const random = randomSource(6)
  const line = noise(-60, 20_000, 6)
  for (let click = 0; click < 70; click++) {
    const at = Math.floor(random() * (line.length - 100))
    for (let i = 0; i < 30; i++) line[at + i] = Math.round(12_000 * (2 * random() - 1) * Math.exp(-i / 8))
  }
  return line
}

function breaths(): Int16Array {
  const breath = noise(-40, 400, 3).map((sample, i, { length }) => sample * Math.sin((Math.PI * i) / length))
  return joined(...Array.from({ length: 7 }, (_, i) => joined(noise(-65, 2_600, i), breath)))
}
