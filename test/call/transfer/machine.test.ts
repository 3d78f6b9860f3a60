// Persons and machines who pick up, spoken by synthesized voices over a telephone line: who is told from whom, and how soon.

import { describe, expect, test } from 'vitest'
import { Segmenter } from '../../../src/audio/utterance.ts'
import { VoiceDetectors } from '../../../src/audio/voice-detector.ts'
import { type Judgement, MachineDetector } from '../../../src/call/transfer/machine.ts'
import { joined, mixed, noise, silence, throughMuLaw } from '../../audio/signals.ts'
import { Voice } from '../../fakes/voice.ts'

const RATE = 8_000
const voice = await Voice.load()
const detectors = await VoiceDetectors.load()

const judge = (detector: MachineDetector, nowMs: number): string => {
  const judgement = detector.judge(nowMs)
  return judgement.is === 'undecided'
    ? `until ${judgement.decideAtMs}`
    : `${judgement.is}, ${judgement.because}`
}

describe('by the times of the voice', () => {
  test('who says nothing is a person who waits', () => {
    const detector = new MachineDetector(10_000, 'en')
    expect(judge(detector, 10_000)).toBe('until 12000')
    expect(judge(detector, 11_999)).toBe('until 12000')
    expect(judge(detector, 12_000)).toBe('person, silence')
  })

  test('who says something short and waits is a person', () => {
    const detector = new MachineDetector(0, 'en')
    detector.take({ type: 'voiceStarted', atMs: 500 })
    expect(judge(detector, 900)).toBe('until 4000')
    detector.take({ type: 'voiceEnded', atMs: 1_000 })
    expect(judge(detector, 1_500)).toBe('until 1600')
    expect(judge(detector, 1_600)).toBe('person, short')
  })

  test('who says something longer has to wait longer', () => {
    const detector = new MachineDetector(0, 'en')
    detector.take({ type: 'voiceStarted', atMs: 500 })
    detector.take({ type: 'voiceEnded', atMs: 2_500 })
    expect(judge(detector, 3_499)).toBe('until 3500')
    expect(judge(detector, 3_500)).toBe('person, waits')
  })

  test('who goes on without waiting is a machine, whatever the breaths between', () => {
    const detector = new MachineDetector(0, 'en')
    for (const atMs of [300, 1_300, 2_300]) {
      detector.take({ type: 'voiceStarted', atMs })
      detector.take({ type: 'voiceEnded', atMs: atMs + 550 })
    }
    expect(judge(detector, 2_900)).toBe('until 3850')
    detector.take({ type: 'voiceStarted', atMs: 3_400 })
    expect(judge(detector, 3_799)).toBe('until 3800')
    expect(judge(detector, 3_800)).toBe('machine, long')
  })

  test('who has waited before they go on is a person, also when nobody has asked meanwhile', () => {
    const detector = new MachineDetector(0, 'en')
    detector.take({ type: 'voiceStarted', atMs: 300 })
    detector.take({ type: 'voiceEnded', atMs: 800 })
    detector.take({ type: 'voiceStarted', atMs: 2_000 })
    expect(judge(detector, 9_000)).toBe('person, short')
  })

  test('a text that was too long is a machine’s also when its end comes at once with its length', () => {
    const detector = new MachineDetector(0, 'en')
    detector.take({ type: 'voiceStarted', atMs: 300 })
    detector.take({ type: 'voiceEnded', atMs: 4_000 })
    expect(judge(detector, 4_000)).toBe('machine, long')
  })
})

test('words and tones tell at once, and what is told stays told', () => {
  const byWords = new MachineDetector(0, 'de')
  byWords.take({ type: 'words', text: 'Hier ist die' })
  expect(judge(byWords, 100)).toBe('until 2000')
  byWords.take({ type: 'words', text: 'Hier ist die Mailbox von' })
  expect(judge(byWords, 100)).toBe('machine, words')
  const byTone = new MachineDetector(0, 'de')
  byTone.take({ type: 'tone' })
  expect(judge(byTone, 100)).toBe('machine, tone')
  const person = new MachineDetector(0, 'en')
  expect(judge(person, 2_000)).toBe('person, silence')
  person.take({ type: 'words', text: 'leave a message' })
  expect(judge(person, 2_100)).toBe('person, silence')
})

interface Heard {
  judgement: Judgement
  atMs: number
  endsMs: number
}

/** Somebody answers and begins to speak after `leadMs`. Pauses are told 500 ms late, as in an interview; words not at all. */
function answering(speech: Int16Array, leadMs: number, seed: number): Heard {
  const clean = joined(silence(leadMs), speech, silence(4_000))
  const line = throughMuLaw(mixed(clean, noise(-55, clean.length / 8, seed)))
  const detector = new MachineDetector(0, 'en')
  const voiceDetector = detectors.open(RATE)
  let nowMs = 0
  const segmenter = new Segmenter({
    detector: voiceDetector,
    sampleRate: RATE,
    endOfTurnMs: 500,
    maxUtteranceMs: 20_000,
    onSpeechStarted: () => detector.take({ type: 'voiceStarted', atMs: nowMs }),
    onSpeech: () => {},
    onSpeechEnded: ({ silentMs }) => detector.take({ type: 'voiceEnded', atMs: nowMs - silentMs }),
  })
  const endsMs = leadMs + speech.length / 8
  for (let at = 0; at + 160 <= line.length; at += 160) {
    nowMs = (at + 160) / 8
    segmenter.push(line.subarray(at, at + 160), at)
    const judgement = detector.judge(nowMs)
    if (judgement.is === 'undecided') continue
    voiceDetector.close()
    return { judgement, atMs: nowMs, endsMs }
  }
  throw new Error('nothing was decided')
}

const PERSONS: [string, string][] = [
  ['en-us', 'Hello?'],
  ['en-us', 'Yes?'],
  ['en-us', 'This is Tom.'],
  ['en-us', 'Hello, Anna speaking.'],
  ['en-us', 'Sales, this is Anna Smith.'],
  ['en-us', 'Good morning, Miller and Sons.'],
  ['en-us', 'Support, Tom here, how can I help?'],
  ['de', 'Hallo?'],
  ['de', 'Ja, Müller.'],
  ['de', 'Schmidt, guten Tag.'],
  ['de', 'Firma Weber, Anna Schmidt, guten Tag.'],
  ['fr', 'Allô, oui?'],
  ['fr', 'Paul Durand, bonjour.'],
  ['es', '¿Dígame?'],
  ['es', 'Sí, buenos días.'],
  ['it', 'Pronto, chi parla?'],
  ['nl', 'Met Jan de Vries.'],
  ['pt', 'Alô, bom dia.'],
]
const MACHINES: [string, string][] = [
  ['en-us', 'You have reached the voicemail of Anna Smith. Please leave a message after the tone.'],
  ['en-us', "Hi, this is Tom. I can't take your call right now. Please leave a message."],
  ['en-us', 'The person you are calling is not available. Please try again later.'],
  ['en-us', 'Your call has been forwarded to an automatic voice message system.'],
  [
    'en-us',
    "Hello, you've reached the Millers, we are out at the moment, but we would love to hear from you.",
  ],
  [
    'de',
    'Der gewünschte Gesprächspartner ist vorübergehend nicht erreichbar. Bitte versuchen Sie es später.',
  ],
  ['de', 'Hier ist die Mailbox von Anna Schmidt. Bitte hinterlassen Sie eine Nachricht nach dem Signalton.'],
  ['de', 'Guten Tag, ich bin zur Zeit leider nicht zu erreichen, rufen Sie bitte später noch einmal an.'],
  ['fr', 'Bonjour, vous êtes bien sur la messagerie de Paul. Laissez un message après le bip sonore.'],
  ['es', 'El número que ha marcado no está disponible en este momento. Deje su mensaje después de la señal.'],
  ['it', 'Il cliente da lei chiamato non è al momento raggiungibile. La preghiamo di richiamare più tardi.'],
  ['nl', 'De persoon die u belt is niet bereikbaar. Spreek een bericht in na de piep.'],
  ['pt', 'A pessoa não está disponível. Por favor deixe a sua mensagem após o sinal.'],
]
const VARIANTS = [
  { kind: '+f3', speed: 195 },
  { kind: '+m3', speed: 150 },
]

function told(
  greetings: [string, string][],
  wanted: 'person' | 'machine',
): { right: number; wrong: string[]; waits: number[] } {
  const result = { right: 0, wrong: [] as string[], waits: [] as number[] }
  greetings.forEach(([language, text], i) => {
    for (const { kind, speed } of VARIANTS) {
      const leadMs = 200 + ((i * 137) % 900)
      const heard = answering(voice.sayAt8k(text, { voice: `${language}${kind}`, speed }), leadMs, i)
      if (heard.judgement.is !== wanted) result.wrong.push(`${language}${kind} ${speed}: ${text}`)
      else result.right++
      result.waits.push(wanted === 'person' ? heard.atMs - heard.endsMs : heard.atMs - leadMs)
    }
  })
  result.waits.sort((one, other) => one - other)
  return result
}

const percentile = (sorted: number[], share: number): number =>
  Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0)

describe('by ear, without words', () => {
  test('nine of ten persons are told, within a second of their greeting', () => {
    const { right, wrong, waits } = told(PERSONS, 'person')
    console.log(
      `persons: ${right} of ${right + wrong.length}, after their greeting p50 ${percentile(waits, 0.5)} ms, p95 ${percentile(waits, 0.95)} ms`,
      wrong,
    )
    expect(right / (right + wrong.length)).toBeGreaterThanOrEqual(0.9)
    expect(percentile(waits, 0.5)).toBeLessThanOrEqual(800)
    expect(percentile(waits, 0.95)).toBeLessThanOrEqual(1_200)
  })

  test('nine of ten machines are told, within four seconds', () => {
    const { right, wrong, waits } = told(MACHINES, 'machine')
    console.log(
      `machines: ${right} of ${right + wrong.length}, after their first sound p50 ${percentile(waits, 0.5)} ms, p95 ${percentile(waits, 0.95)} ms`,
      wrong,
    )
    expect(right / (right + wrong.length)).toBeGreaterThanOrEqual(0.9)
    expect(percentile(waits, 0.95)).toBeLessThanOrEqual(4_000)
  })
})
