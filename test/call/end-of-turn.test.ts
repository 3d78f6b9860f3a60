// How long a pause ends a turn: what reads as finished ends it sooner, what does not, later, and nobody is hurried by a text that
// may not be all they said.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InnerPauses } from '../../src/call/end-of-turn/pauses.ts'
import { endOfTurn, type SaidSoFar } from '../../src/call/end-of-turn.ts'
import { openExpectation } from '../../src/engine/engine.ts'

const bounds = { minMs: 300, maxMs: 1_500, usualMs: 700 }
/** Long enough after the last voice that no word of the text can be missing. */
const IN_THE_PAUSE = 200

type Expecting = Partial<SaidSoFar['expectation']>

function said(text: string | null, language = 'en-US', expectation: Expecting = {}, more = {}) {
  return endOfTurn({
    expectation: { ...openExpectation, ...expectation },
    text,
    textAtSilentMs: IN_THE_PAUSE,
    language,
    pauses: InnerPauses.none,
    bounds,
    ...more,
  })
}

function learned(...pauses: number[]): InnerPauses {
  return pauses.reduce((known, ms) => known.learn(ms), InnerPauses.none)
}

describe('what reads as finished', () => {
  test.each([
    ['en-US', 'can you tell me how much that costs'],
    ['en-GB', 'What time do you close?'],
    ['en-US', 'hello I would like to change my booking please'],
    ['en-US', 'no that is all thank you'],
    ['de-DE', 'wann haben Sie morgen geöffnet'],
    ['de-AT', 'wie lange dauert das denn'],
    ['de-DE', 'ich möchte einen Termin bitte'],
    ['de-DE', 'nein das war alles vielen Dank'],
    ['fr-FR', 'je voudrais annuler ma commande s’il vous plaît'],
    ['fr-FR', 'combien coûte la chambre double'],
    ['es-ES', 'quiero cambiar mi cita por favor'],
    ['es-MX', 'cuánto cuesta el envío'],
    ['es-MX', '¿cuánto cuesta?'],
    ['it-IT', 'vorrei prenotare un tavolo grazie'],
    ['it-IT', 'quanto costa la camera doppia'],
    ['nl-NL', 'ik wil een afspraak maken alstublieft'],
    ['nl-NL', 'hoe laat gaat de winkel open vandaag'],
    ['pt-BR', 'quero mudar a minha reserva por favor'],
    ['pt-PT', 'quanto custa o quarto duplo'],
    ['xx', 'blah blah?'],
  ])('in %s soon ends the turn: "%s"', (language, text) => {
    expect(said(text, language)).toEqual({ ms: 400, reason: 'complete' })
  })

  test.each([
    ['en-US', 'yes'],
    ['en-US', 'Yeah, sure.'],
    ['en-US', 'no I do not'],
    ['en-US', 'yes it is'],
    ['de-DE', 'ja bitte'],
    ['de-CH', 'genau'],
    ['de-DE', 'nein danke'],
    ['fr-FR', 'oui, merci'],
    ['es-ES', 'sí, claro'],
    ['it-IT', 'no grazie'],
    ['nl-NL', 'ja dat klopt'],
    ['pt-BR', 'não, obrigado'],
  ])('an answer in %s to yes or no: "%s"', (language, text) => {
    expect(said(text, language, { expect: 'yes-no' })).toEqual({ ms: 400, reason: 'complete' })
  })

  test('a yes that nobody asked for may have more to it', () => {
    expect(said('yes')).toEqual({ ms: 540, reason: 'likely' })
    expect(said('genau', 'de').reason).toBe('likely')
  })

  test('a wish may be all, a statement may be the first of several', () => {
    expect(said('I want to cancel my subscription')).toEqual({ ms: 540, reason: 'likely' })
    expect(said('I moved to a new house last month')).toEqual({ ms: 700, reason: 'usual' })
    expect(said('I moved to a new house last month.')).toEqual({ ms: 700, reason: 'usual' })
    expect(said('ich möchte meine Buchung ändern', 'de').reason).toBe('likely')
    expect(said('ich möchte gerne meine neue Buchung', 'de').reason).toBe('usual')
  })

  test('only the last sentence counts where marks tell sentences apart', () => {
    expect(said('I want a refund. It came too late.').reason).toBe('usual')
    expect(said('I moved last month. Can you change my address').reason).toBe('complete')
  })

  test('a full stop is believed where the words tell nothing', () => {
    expect(said('blah blah.', 'xx')).toEqual({ ms: 540, reason: 'likely' })
    expect(said('blah blah', 'xx')).toEqual({ ms: 700, reason: 'usual' })
    expect(said('好的。', 'zh-CN').reason).toBe('likely')
  })
})

describe('what does not read as finished', () => {
  test.each([
    ['en-US', 'I called yesterday but'],
    ['en-US', 'I would like'],
    ['en-US', 'it is for the'],
    ['en-US', 'my number is'],
    ['en-US', 'I would like to.'],
    ['en-US', 'um'],
    ['en-US', 'let me see'],
    ['en-US', 'could you please'],
    ['de-DE', 'ich habe angerufen weil'],
    ['de-DE', 'meine Nummer ist'],
    ['de-DE', 'das war am'],
    ['de-DE', 'können Sie mir bitte'],
    ['de-DE', 'ähm'],
    ['fr-FR', 'je voudrais'],
    ['fr-FR', 'c’est pour le'],
    ['fr-FR', 'mon numéro est'],
    ['es-ES', 'quiero hablar con'],
    ['es-ES', 'me gustaría'],
    ['it-IT', 'vorrei parlare con'],
    ['it-IT', 'il mio nome è'],
    ['nl-NL', 'mijn nummer is'],
    ['nl-NL', 'ik heb gebeld maar'],
    ['pt-BR', 'eu gostaria de'],
    ['pt-BR', 'o meu número é'],
  ])('in %s gets all the time there is: "%s"', (language, text) => {
    expect(said(text, language)).toEqual({ ms: 1_500, reason: 'unfinished' })
  })

  test.each([
    ['en-US', 'I think so'],
    ['en-US', 'what is it for'],
    ['en-US', 'where do I log in'],
    ['de-DE', 'weil der Anschluss gestört ist'],
    ['de-DE', 'ob Sie noch Zimmer frei haben'],
    ['nl-NL', 'omdat mijn man ziek is'],
    ['es-ES', 'eso es'],
  ])('in %s the same words end a sentence: "%s"', (language, text) => {
    expect(said(text, language).ms).toBeLessThanOrEqual(700)
  })

  test('who only greets has not said yet why they call', () => {
    expect(said('Hello.')).toEqual({ ms: 1_100, reason: 'unfinished' })
    expect(said('guten Morgen', 'de').ms).toBe(1_100)
  })

  test('after a comma more comes, whatever the language', () => {
    expect(said('blah blah,', 'xx').ms).toBe(1_100)
    expect(said('I went there on Monday...').ms).toBe(1_100)
  })

  test('a spelling goes on', () => {
    expect(said('Kowalski K O W')).toEqual({ ms: 1_100, reason: 'spelling' })
    expect(said('Schmidt S-C-H', 'de').reason).toBe('spelling')
    expect(said('I take plan B').reason).not.toBe('spelling')
  })
})

describe('digits', () => {
  const six: Expecting = { expect: 'digits', numDigits: 6 }

  test.each([
    ['en-US', '427913'],
    ['en-US', '427 913.'],
    ['en-US', 'four two seven nine one three'],
    ['en-US', 'it is four double two nine thirteen'],
    ['de-DE', 'vier zwei sieben neun eins drei'],
    ['de-DE', 'vierundzwanzig zwölf dreißig'],
    ['fr-FR', 'zéro six douze trente-quatre'],
    ['fr-FR', 'soixante dix douze onze'],
    ['es-ES', 'treinta y cuatro veintidós doce'],
    ['it-IT', 'trentaquattro ventidue dodici'],
    ['nl-NL', 'vierendertig twaalf nul een'],
    ['pt-BR', 'meia zero trinta e quatro doze'],
    ['xx', '427-913'],
  ])('in %s, all that were asked for: "%s"', (language, text) => {
    expect(said(text, language, six)).toEqual({ ms: 300, reason: 'complete' })
  })

  test.each([
    ['en-US', '42791'],
    ['en-US', 'four two seven'],
    ['en-US', 'oh seven'],
    ['de-DE', 'vier zwei sieben'],
    ['xx', '427'],
  ])('in %s, half of them: "%s"', (language, text) => {
    expect(said(text, language, six)).toEqual({ ms: 1_500, reason: 'number-half-said' })
  })

  test('more than were asked for, or none, tell nothing', () => {
    expect(said('4279133', 'en', six).reason).toBe('usual')
    expect(said('nobody told me', 'en', six).ms).toBeLessThanOrEqual(700)
  })

  test('when nobody knows how many, groups are waited for from the first moment', () => {
    const many: Expecting = { expect: 'digits' }
    expect(said(null, 'en', many)).toEqual({ ms: 1_100, reason: 'expected' })
    expect(said('427', 'en', many)).toEqual({ ms: 1_100, reason: 'number-half-said' })
  })

  test('only these digits mean anything', () => {
    const choices: Expecting = { expect: 'digits', validDigits: ['1', '2', '21'] }
    expect(said('1', 'en', choices).reason).toBe('complete')
    expect(said('2', 'en', choices).ms).toBeGreaterThan(300)
    expect(said('21', 'en', choices).reason).toBe('complete')
  })

  test('a number that is read out within a sentence goes on', () => {
    expect(said('my account is four seven one')).toEqual({ ms: 1_100, reason: 'number-half-said' })
    expect(said('I need a table for two').reason).toBe('likely')
  })
})

describe('amounts', () => {
  const number: Expecting = { expect: 'number' }

  test('those that may grow are waited for', () => {
    expect(said('one hundred and', 'en', number)).toEqual({ ms: 1_500, reason: 'number-half-said' })
    expect(said('one hundred and twenty', 'en', number)).toEqual({ ms: 1_100, reason: 'number-half-said' })
    expect(said('2000', 'en', number).reason).toBe('number-half-said')
  })

  test('a single round one may be all', () => {
    expect(said('about forty', 'en', number)).toEqual({ ms: 700, reason: 'usual' })
    expect(said('20', 'en', number)).toEqual({ ms: 700, reason: 'usual' })
  })

  test('others are complete; in German a ten comes last', () => {
    expect(said('about forty five', 'en', number).reason).toBe('complete')
    expect(said('zweihundert fünfzig', 'de', number).reason).toBe('complete')
  })
})

describe('a text that came while the caller was speaking', () => {
  const stale = { textAtSilentMs: 0 }

  test.each([
    ['yes', { expect: 'yes-no' }],
    ['427913', { expect: 'digits', numDigits: 6 }],
    ['can you help me please', {}],
    ['I want to cancel my subscription', {}],
  ] as const)('does not make the wait shorter: "%s"', (text, expectation) => {
    expect(said(text, 'en', expectation).ms).toBeLessThan(700)
    expect(said(text, 'en', expectation, stale)).toEqual({ ms: 700, reason: 'usual' })
  })

  test('makes it longer', () => {
    expect(said('I would like to', 'en', {}, stale).ms).toBe(1_500)
  })
})

describe('what is not known', () => {
  test.each([null, '', '  ', '…', '♪'])('waits as usual for %j', text => {
    expect(said(text)).toEqual({ ms: 700, reason: 'usual' })
  })
})

describe('the engine’s own wait', () => {
  const hint: Expecting = { endOfTurnMs: 2_000 }

  test('counts, also beyond the bounds', () => {
    expect(said(null, 'en', hint)).toEqual({ ms: 2_000, reason: 'hint' })
    expect(said('can you help me please', 'en', hint)).toEqual({ ms: 2_000, reason: 'hint' })
    expect(said('I went there', 'en', { endOfTurnMs: 150 })).toEqual({ ms: 150, reason: 'hint' })
  })

  test('yields to certainty alone', () => {
    expect(said('4711', 'en', { ...hint, expect: 'digits', numDigits: 4 }).ms).toBe(300)
    expect(said('I called because', 'en', { endOfTurnMs: 500 })).toEqual({ ms: 1_500, reason: 'unfinished' })
  })
})

describe('a caller’s own pauses', () => {
  const slow = learned(700, 900, 800, 850)

  test('a slow speaker is waited for, whatever they say', () => {
    const { ms, reason } = said(null, 'en', {}, { pauses: slow })
    expect(reason).toBe('slow-speaker')
    expect(ms).toBeGreaterThan(850)
    const wish = 'I want to cancel my subscription'
    expect(said(wish, 'en', {}, { pauses: slow }).ms).toBeGreaterThan(said(wish).ms)
  })

  test('a brisk one is not hurried', () => {
    expect(said(null, 'en', {}, { pauses: learned(250, 250, 250, 250) }).reason).toBe('usual')
  })

  test('two pauses prove nothing, and neither do stops inside words or minutes of silence', () => {
    expect(learned(900, 900).mostlyBelowMs).toBeNull()
    expect(learned(80, 120, 60, 40).count).toBe(0)
    expect(learned(60_000, Number.NaN, -5).count).toBe(0)
  })

  test('the estimate lies above most pauses and follows the caller', () => {
    const steady = learned(...Array.from({ length: 20 }, () => 600))
    expect(steady.mostlyBelowMs).toBe(600)
    const slower = [...Array(10)].reduce((known: InnerPauses) => known.learn(1_000), steady)
    expect(slower.meanMs).toBeGreaterThan(900)
    expect(InnerPauses.none.count).toBe(0)
  })
})

test('whatever is said, the wait is within the bounds and always the same', () => {
  const anything = fc.record({
    expectation: fc.record({
      expect: fc.constantFrom('open', 'digits', 'yes-no', 'number', 'name', 'none'),
      numDigits: fc.option(fc.integer({ min: 1, max: 20 })),
      validDigits: fc.option(fc.array(fc.string(), { maxLength: 3 })),
      endOfTurnMs: fc.constant(null),
    }),
    text: fc.option(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc
          .array(fc.constantFrom('one', 'hundred', 'und', 'please', 'a', 'K', '12', '?', '.', 'et', ','))
          .map(words => words.join(' ')),
      ),
    ),
    textAtSilentMs: fc.nat(500),
    language: fc.constantFrom('en-US', 'de', 'fr-FR', 'es', 'it', 'nl', 'pt-BR', 'xx', '', 'EN_us'),
    pauses: fc.array(fc.nat(4_000), { maxLength: 12 }).map(pauses => learned(...pauses)),
    bounds: fc.constant(bounds),
  })
  fc.assert(
    fc.property(anything, so => {
      const once = endOfTurn(so as SaidSoFar)
      expect(once.ms).toBeGreaterThanOrEqual(bounds.minMs)
      expect(once.ms).toBeLessThanOrEqual(bounds.maxMs)
      expect(Number.isInteger(once.ms)).toBe(true)
      expect(endOfTurn(so as SaidSoFar)).toEqual(once)
    }),
    { numRuns: 500 },
  )
})
