import { describe, expect, test } from 'vitest'
import { SentenceCutter } from '../../src/speech/sentences.ts'

function cut(...pieces: string[]): string[] {
  return cutBy(new SentenceCutter(), ...pieces)
}

function cutBy(cutter: SentenceCutter, ...pieces: string[]): string[] {
  return [...pieces.flatMap(piece => cutter.push(piece)), ...cutter.flush()]
}

describe('ends', () => {
  test.each([
    ['Hello there. How are you? Fine!', ['Hello there.', 'How are you?', 'Fine!']],
    ['He said "Stop." Then he left.', ['He said "Stop."', 'Then he left.']],
    ['(It is open.) Come in.', ['(It is open.)', 'Come in.']],
    ['**Sure.** One moment.', ['**Sure.**', 'One moment.']],
    ['„Guten Tag.“ Was nun?', ['„Guten Tag.“', 'Was nun?']],
    ['Bonjour ! Ça va ? Bien.', ['Bonjour !', 'Ça va ?', 'Bien.']],
    ['¿Qué tal? ¡Hola! Bien.', ['¿Qué tal?', '¡Hola!', 'Bien.']],
    ['What?! No way.', ['What?!', 'No way.']],
    ['你好。再见！「好。」谢谢', ['你好。', '再见！', '「好。」', '谢谢']],
    ['مرحبا؟ نعم. شكرا', ['مرحبا؟', 'نعم.', 'شكرا']],
    ['नमस्ते। आप कैसे हैं।', ['नमस्ते।', 'आप कैसे हैं।']],
    ['First part\n\nsecond part', ['First part', 'second part']],
    ['hello there. how are you', ['hello there.', 'how are you']],
    ['So do I. Then we agree.', ['So do I.', 'Then we agree.']],
    ['No. I did not.', ['No.', 'I did not.']],
    ['We close at 5 p.m. Please hurry.', ['We close at 5 p.m.', 'Please hurry.']],
    ['It costs $12.50. Is that fine?', ['It costs $12.50.', 'Is that fine?']],
    ['That was 1998. Time flies.', ['That was 1998.', 'Time flies.']],
    ['See www.example.com. Then call.', ['See www.example.com.', 'Then call.']],
  ])('%s', (text, sentences) => {
    expect(cut(text)).toEqual(sentences)
  })
})

describe('no ends', () => {
  test.each([
    'Dr. Smith met Mrs. Jones and Prof. Lee.',
    'Ask Sra. Gómez or Sr. García today.',
    'Das sind z. B. Äpfel, d. h. Obst bzw. Früchte.',
    'Das ist z.B. Dr. Müller.',
    'Il y a M. Dupont et Mme. Durand.',
    'It costs 3.50 at 10.30 or v1.2.3 here.',
    'Wir treffen uns am 3. Mai oder am 14. Oktober.',
    'Press No. 5 or ext. 12 now.',
    'J. R. R. Tolkien and George W. Bush met.',
    'The U.S. Army and the U.N. Council met.',
    'Well... I do not know… Maybe.',
    'Visit https://example.com/a.b?c=d now.',
    'Mail a.b@example.com for apples, pears, etc. and more.',
    '"Stop!" she said.',
    'It opens at 9 a.m. every day.',
    'We have one line\nand another line.',
  ])('%s', text => {
    expect(cut(text)).toEqual([text.replace(/\s+/g, ' ')])
  })
})

describe('streaming', () => {
  test('a sentence is given as soon as the next one begins', () => {
    const cutter = new SentenceCutter()
    expect(cutter.push('Hello th')).toEqual([])
    expect(cutter.push('ere.')).toEqual([])
    expect(cutter.push(' ')).toEqual([])
    expect(cutter.push('H')).toEqual(['Hello there.'])
    expect(cutter.push('ow are you? ')).toEqual(['How are you?'])
    expect(cutter.flush()).toEqual([])
  })

  test('a cutter goes on after a flush', () => {
    const cutter = new SentenceCutter()
    cutter.push('One ')
    expect(cutter.flush()).toEqual(['One'])
    cutter.push('two')
    expect(cutter.flush()).toEqual(['two'])
    expect(cutter.flush()).toEqual([])
  })

  test('white space is collapsed and never spoken alone', () => {
    expect(cut('  a \t b\n c  ', '\n\n\n')).toEqual(['a b c'])
    expect(cut(' \n ')).toEqual([])
  })
})

describe('a first piece that may be a clause', () => {
  function cutSoon(text: string, language = 'en-US'): string[] {
    const cutter = new SentenceCutter({ first: 'clause', language })
    return [...cutter.push(text), ...cutter.flush()]
  }

  test.each([
    [
      'en',
      'I can certainly do that for you, and it takes only a minute.',
      'I can certainly do that for you,',
    ],
    ['en', 'I can change your booking but it costs ten dollars.', 'I can change your booking'],
    ['en', 'I have moved your appointment and I sent you a letter.', 'I have moved your appointment'],
    ['en', 'Your parcel was sent on Monday; it should arrive soon.', 'Your parcel was sent on Monday;'],
    ['en', 'These are our opening hours: Monday to Friday from nine.', 'These are our opening hours:'],
    ['en', 'That is no problem at all – we do it every day.', 'That is no problem at all –'],
    ['en', 'You spoke to Dr. Smith on Monday, who is out today.', 'You spoke to Dr. Smith on Monday,'],
    ['en', 'That comes to $12.50 per person, all drinks included.', 'That comes to $12.50 per person,'],
    ['en', 'We answer at a.b@example.com, also on weekends.', 'We answer at a.b@example.com,'],
    ['de', 'Das kann ich gerne machen, wenn Sie mir helfen.', 'Das kann ich gerne machen,'],
    ['de', 'Ich habe den Termin verschoben und ich schicke einen Brief.', 'Ich habe den Termin verschoben'],
    ['fr', 'Je peux changer la date mais cela coûte dix euros.', 'Je peux changer la date'],
    ['es', 'Puedo cambiar la fecha ahora pero cuesta diez euros.', 'Puedo cambiar la fecha ahora'],
    ['it', 'Posso cambiare la data adesso ma costa dieci euro.', 'Posso cambiare la data adesso'],
    ['nl', 'Ik kan uw afspraak verzetten maar dat kost tien euro.', 'Ik kan uw afspraak verzetten'],
    ['pt', 'Posso mudar a data agora mas custa dez euros.', 'Posso mudar a data agora'],
    ['ar', 'يمكنني تغيير الموعد لك الآن، ولكن ذلك يكلف عشرة', 'يمكنني تغيير الموعد لك الآن،'],
    ['zh', '我可以帮您更改预订，但是需要支付费用。', '我可以帮您更改预订，'],
  ])('in %s: %s', (language, text, first) => {
    const pieces = cutSoon(text, language)
    expect(pieces).toEqual([first, text.slice(first.length).trim()])
  })

  test.each([
    ['en', 'Yes, of course.'],
    ['en', 'I can do that for you, Anna.'],
    ['en', 'I can do that for you, thank you.'],
    ['en', 'We have terms and conditions and black and white shirts.'],
    ['en', 'Please call between Monday and Friday.'],
    ['en', 'Your code has the digits 1, 2, 3 and then 4.'],
    ['en', 'The meeting begins at 10:30 or 11:15 in the morning.'],
    ['en', 'The price went up to 1,250.50 dollars this year.'],
    ['en', 'See https://example.com/a,b;c:d?e=f for all of it.'],
    ['en', 'We are open on weekdays 9 – 17 and closed at weekends.'],
    ['en', 'The shop is open Monday – Friday from nine.'],
    ['en', 'There was really nothing but a small mistake.'],
    ['en', 'It was late just because of the snow.'],
    ['en', 'The new one (the large red one, made of wood) is here.'],
    ['en', 'The sign says "closed for today, please come back" on it.'],
    ['en', 'Well... I really do not know… Maybe.'],
    ['de', 'Das kostet im Monat genau 3,50 Euro.'],
    ['de', 'Wir liefern nach Österreich und Deutschland und Italien.'],
    ['de', 'Auf dem Schild steht „geschlossen, bitte später kommen“ und mehr.'],
    ['fr', 'Voici le numéro de ma réservation et de mon vol.'],
    ['xx', 'Blah blah blah blah blah but blah and I blah.'],
  ])('in %s it is the sentence: %s', (language, text) => {
    expect(cutSoon(text, language)).toEqual([text])
  })

  test('only the first piece is a clause', () => {
    expect(cutSoon('Of course. I can certainly do that for you, and it takes a minute.')).toEqual([
      'Of course.',
      'I can certainly do that for you, and it takes a minute.',
    ])
    expect(cutSoon('I can do all of that, if you like, but not today. I am free tomorrow, or so.')).toEqual([
      'I can do all of that,',
      'if you like, but not today.',
      'I am free tomorrow, or so.',
    ])
  })

  test('it is given as soon as two more words have come', () => {
    const cutter = new SentenceCutter({ first: 'clause', language: 'en' })
    expect(cutter.push('I can do all of that, if')).toEqual([])
    expect(cutter.push(' you')).toEqual([])
    expect(cutter.push(' w')).toEqual(['I can do all of that,'])
  })

  test('a pause of the stream gives it at once', () => {
    const cutter = new SentenceCutter({ first: 'clause', language: 'en' })
    cutter.push('I can do all of that, if')
    expect(cutter.pause()).toEqual(['I can do all of that,'])
    expect(cutter.pause()).toEqual([])
    cutter.push(' you like, but')
    expect(cutter.pause()).toEqual([])
    expect(cutter.flush()).toEqual(['if you like, but'])
  })

  test('unless asked for, a sentence comes first', () => {
    const text = 'I can certainly do that for you, and it takes only a minute.'
    expect(cut(text)).toEqual([text])
  })
})

describe('text that is too long', () => {
  test('is cut at the last comma that fits', () => {
    const clause = `${'word '.repeat(20)}end, `
    const pieces = cut(clause.repeat(5))
    expect(pieces.every(piece => piece.length <= 300)).toBe(true)
    expect(pieces.slice(0, -1).every(piece => piece.endsWith('end,'))).toBe(true)
  })

  test('is cut between words where there is no comma, and between letters where there is no space', () => {
    expect(cut('word '.repeat(100)).map(piece => piece.length)).toEqual([299, 199])
    expect(cut('x'.repeat(650)).map(piece => piece.length)).toEqual([300, 300, 50])
  })

  test('a letter made of several code points is not torn apart', () => {
    const family = '👨‍👩‍👧'
    const pieces = cut(`x${family.repeat(60)}`)
    expect(pieces.join('')).toBe(`x${family.repeat(60)}`)
    expect(pieces.every(piece => !piece.startsWith('\u200d') && !piece.endsWith('\u200d'))).toBe(true)
  })
})

describe('for any text, however it is split', () => {
  const parts = [
    'Dr.',
    ' ',
    '\n',
    '\n\n',
    'a',
    'Hello',
    '.',
    '?',
    '!',
    '。',
    '…',
    '"',
    '”',
    ')',
    '3',
    'z.B.',
    'word ',
    ', ',
    '👍🏽',
    'é',
    '好',
    'I.',
    ' but',
    ' and I ',
    '，',
    ' – ',
    'x'.repeat(120),
  ]

  test.each([[{ first: 'sentence' }], [{ first: 'clause', language: 'en' }]] as const)(
    'nothing is lost, nothing is added, and the split makes no difference: %o',
    options => {
      const cut = (...pieces: string[]) => cutBy(new SentenceCutter(options), ...pieces)
      const random = seeded(7)
      for (let round = 0; round < 400; round++) {
        const text = Array.from({ length: 1 + random(60) }, () => parts[random(parts.length)]).join('')
        const whole = cut(text)
        const characters = [...text]
        const pieces: string[] = []
        while (characters.length > 0) pieces.push(characters.splice(0, 1 + random(8)).join(''))
        expect(cut(...pieces)).toEqual(whole)
        expect(cut(...text)).toEqual(whole)
        expectSame(whole, text)
        expect(whole.every(piece => piece.length > 0 && piece.length <= 300)).toBe(true)
      }
    },
  )

  /** The pieces in order are the normalized text; between two of them there is a space or nothing. */
  function expectSame(pieces: string[], text: string): void {
    let rest = text.replace(/\s+/g, ' ').trim()
    for (const piece of pieces) {
      expect(rest.startsWith(piece)).toBe(true)
      rest = rest.slice(piece.length).trimStart()
    }
    expect(rest).toBe('')
  }
})

describe('a pause of the stream', () => {
  function paused(text: string): string[] {
    const cutter = new SentenceCutter()
    return [...cutter.push(text), ...cutter.pause()]
  }

  test.each([
    ['Let me see.', ['Let me see.']],
    ['One moment! "Yes."', ['One moment!', '"Yes."']],
    ['少々お待ちください。', ['少々お待ちください。']],
  ])('ends what ends like a sentence: %s', (text, sentences) => {
    expect(paused(text)).toEqual(sentences)
  })

  test.each(['I would like', 'This is Dr.', 'It costs 3.'])('does not end %s', text => {
    expect(paused(text)).toEqual([])
  })
})

/** Small numbers that are the same in every run (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

test('what will probably be a piece is told before it is certain', () => {
  const cutter = new SentenceCutter({ first: 'clause', language: 'en-US' })
  const told: unknown[] = []
  for (const token of ['For', ' river', ' copper', ' lantern,', ' I', ' have', ' it', ' here.', ' Good.']) {
    const cut = cutter.push(token)
    told.push(cut.length > 0 ? cut : cutter.likely())
  }
  const clause = 'For river copper lantern,'
  const nothing = [undefined, undefined, undefined]
  expect(told).toEqual([...nothing, clause, clause, clause, [clause], 'I have it here.', ['I have it here.']])
})
