// Detectors share one module's memory: thousands come and go.

import { describe, expect, test } from 'vitest'
import { VoiceDetectorFailed } from '../../src/audio/voice-detector.ts'
import { detectors, RATE } from './ear.ts'
import { tone } from './signals.ts'

describe('detectors', () => {
  test('are opened and closed by the thousand without the memory growing', () => {
    for (let i = 0; i < 20_000; i++) {
      const detector = detectors.open(RATE)
      detector.isVoice(new Int16Array(160))
      detector.close()
      detector.close()
    }
    const closed = detectors.open(RATE)
    closed.close()
    expect(closed.isVoice(tone([200, 400, 600], 20))).toBe(false)
  })

  test('refuse a rate they do not know, and a frame that is none', () => {
    expect(() => detectors.open(11_025)).toThrow(VoiceDetectorFailed)
    const detector = detectors.open(RATE)
    expect(() => detector.isVoice(new Int16Array(100))).toThrow(VoiceDetectorFailed)
    expect(() => detector.isVoice(new Int16Array(10_000))).toThrow(VoiceDetectorFailed)
    detector.close()
  })
})
