// What callers say, with the pauses they make in it: `|600|` is 600 ms of silence. Written before the decision that is measured
// with it, in two halves: one was looked at while the decision was made; of the other only totals of both were seen.

import type { Expectation } from '../../src/engine/engine.ts'

export type Half = 'tuning' | 'held out'

export interface Turn {
  category: Category
  /** As it is spoken; punctuation is what a careful writer would put. */
  text: string
  expect: Expectation['expect']
  numDigits: number | null
}

export type Category =
  | 'yes or no'
  | 'digits'
  | 'number'
  | 'spelling'
  | 'hesitation'
  | 'question'
  | 'sentences'

/** One call: what is learned of a caller in one turn counts in the next. */
export interface Caller {
  name: string
  half: Half
  language: 'en-US' | 'de-DE'
  /** An espeak voice. */
  voice: string
  /** Words per minute. */
  speed: number
  /** Whether the recognizer writes what sounds like a number in digits. */
  writesDigits: boolean
  turns: readonly Turn[]
}

const open = (category: Category, text: string): Turn => ({ category, text, expect: 'open', numDigits: null })
const yesNo = (text: string): Turn => ({ category: 'yes or no', text, expect: 'yes-no', numDigits: null })
const number = (text: string): Turn => ({ category: 'number', text, expect: 'number', numDigits: null })
const spelled = (text: string): Turn => ({ category: 'spelling', text, expect: 'name', numDigits: null })
const digits = (numDigits: number | null, text: string): Turn => ({
  category: 'digits',
  text,
  expect: 'digits',
  numDigits,
})

export const callers: readonly Caller[] = [
  {
    name: 'en, brisk',
    half: 'tuning',
    language: 'en-US',
    voice: 'en-us+f3',
    speed: 185,
    writesDigits: true,
    turns: [
      open('sentences', 'Hello. |400| I would like to change my booking please.'),
      yesNo('Yes.'),
      digits(6, 'Four two seven |450| nine one three.'),
      open('hesitation', 'It is for |650| next Tuesday.'),
      open('question', 'Can you tell me how much that costs?'),
      yesNo('No |350| thank you.'),
      open('sentences', 'I moved to a new house last month. |550| Can you change my address?'),
      open('question', 'Do I need to bring |300| anything with me?'),
      open('sentences', 'I want to cancel my subscription.'),
      open('sentences', 'That is all. |300| Thank you.'),
    ],
  },
  {
    name: 'en, thinking',
    half: 'tuning',
    language: 'en-US',
    voice: 'en-us+m3',
    speed: 160,
    writesDigits: false,
    turns: [
      open('hesitation', 'I would like to |600| change my booking.'),
      open('hesitation', 'Um |800| I think it was on Monday.'),
      digits(10, 'Five five five |600| two three four |750| one nine eight six.'),
      spelled('My name is |500| Miller. |700| M I |400| L L |500| E R.'),
      number('One hundred and |600| twenty |400| three.'),
      yesNo('Um |600| yes I think so.'),
      open('hesitation', 'I called yesterday but |850| nobody answered the phone.'),
      open('sentences', 'My internet is not working. |700| It stopped this morning.'),
      open('question', 'What time do you |450| close on Saturday?'),
    ],
  },
  {
    name: 'en, slow',
    half: 'tuning',
    language: 'en-US',
    voice: 'en-us+m1',
    speed: 130,
    writesDigits: true,
    turns: [
      open('sentences', 'Good morning. |800| My name |500| is John Baker.'),
      open('hesitation', 'I have |550| a problem |600| with the |900| bill from last month.'),
      digits(null, 'Three nine |700| four four |800| seven one.'),
      open('sentences', 'The amount |600| is not right. |850| I paid already.'),
      yesNo('Yes |700| that is correct.'),
      number('About |600| forty five.'),
      open('question', 'Could somebody |650| call me back tomorrow?'),
      open('sentences', 'I live in the blue house |800| near the station.'),
    ],
  },
  {
    name: 'de, brisk',
    half: 'tuning',
    language: 'de-DE',
    voice: 'de+f3',
    speed: 180,
    writesDigits: true,
    turns: [
      open('sentences', 'Guten Tag. |400| Ich möchte bitte einen Termin vereinbaren.'),
      yesNo('Ja, gerne.'),
      digits(5, 'Acht null |400| drei drei eins.'),
      open('question', 'Wann haben Sie morgen geöffnet?'),
      yesNo('Nein |400| lieber nicht.'),
      open('sentences', 'Ich bin umgezogen. |500| Die neue Adresse ist Gartenweg sieben.'),
      open('hesitation', 'Das war am |500| Donnerstag.'),
      open('question', 'Können Sie mir |350| die Rechnung noch einmal schicken?'),
      open('sentences', 'Nein, das war alles. |300| Vielen Dank.'),
    ],
  },
  {
    name: 'de, thinking',
    half: 'tuning',
    language: 'de-DE',
    voice: 'de',
    speed: 160,
    writesDigits: false,
    turns: [
      open('hesitation', 'Ich möchte gerne |600| meine Buchung ändern.'),
      open('hesitation', 'Äh |750| ich glaube es war die |500| zweite Rechnung.'),
      digits(8, 'Eins sieben |500| vier neun |650| null zwei |600| drei drei.'),
      spelled('Mein Name ist |600| Schmidt. |650| S C H |450| M I |400| D T.'),
      number('Zweihundert |500| fünfzig.'),
      yesNo('Ähm |700| ja, das stimmt.'),
      open('hesitation', 'Ich habe angerufen, weil |800| der Anschluss gestört ist.'),
      open('sentences', 'Der Techniker war gestern da. |750| Es geht immer noch nicht.'),
      open('question', 'Wie lange |400| dauert das denn?'),
    ],
  },
  {
    name: 'de, slow',
    half: 'tuning',
    language: 'de-DE',
    voice: 'de+m2',
    speed: 130,
    writesDigits: true,
    turns: [
      open('sentences', 'Guten Morgen. |850| Hier spricht |600| Werner Vogel.'),
      open('hesitation', 'Ich brauche |650| ein neues Rezept |700| für meine |900| Frau.'),
      digits(null, 'Null drei |750| vier eins |800| sechs sechs neun.'),
      open('sentences', 'Ich habe den Brief |600| gestern bekommen. |900| Da stimmt etwas nicht.'),
      yesNo('Ja |650| genau.'),
      number('Ungefähr |700| dreißig.'),
      open('question', 'Muss ich |600| dafür in die Praxis kommen?'),
      open('sentences', 'Ich kann am Vormittag |750| oder am späten Nachmittag.'),
    ],
  },
  {
    name: 'en, at work',
    half: 'held out',
    language: 'en-US',
    voice: 'en-us+f2',
    speed: 190,
    writesDigits: false,
    turns: [
      open('sentences', 'Hi. |350| I am calling about an invoice.'),
      digits(4, 'Nine nine |350| zero two.'),
      yesNo('Yeah, that is right.'),
      open('question', 'Is the manager |400| available this afternoon?'),
      open('hesitation', 'We ordered the |500| large one.'),
      yesNo('No.'),
      open('sentences', 'We sent the payment two weeks ago. |450| Please check again.'),
      open('sentences', 'Please put me through to the sales department.'),
      open('question', 'When will it be delivered?'),
      open('sentences', 'Great. |400| Thanks for your help.'),
    ],
  },
  {
    name: 'en, distracted',
    half: 'held out',
    language: 'en-US',
    voice: 'en-us+m7',
    speed: 165,
    writesDigits: true,
    turns: [
      open('hesitation', 'I need to speak with |700| somebody in accounts.'),
      open('hesitation', 'Well |600| it happened because |850| I lost my card.'),
      digits(9, 'Zero seven seven |550| one eight two |700| four four five.'),
      spelled('It is |500| Kowalski. |600| K O W |500| A L |450| S K I.'),
      number('Two thousand |550| and fifteen.'),
      yesNo('I think |500| yes.'),
      open('hesitation', 'My account number is |800| I do not have it here.'),
      open('sentences', 'The package arrived on Friday. |650| The box was empty.'),
      open('question', 'How long does it |500| usually take?'),
    ],
  },
  {
    name: 'en, elderly',
    half: 'held out',
    language: 'en-US',
    voice: 'en-us+f4',
    speed: 125,
    writesDigits: false,
    turns: [
      open('sentences', 'Hello. |750| This is |600| Mary Cooper speaking.'),
      open('hesitation', 'I wanted to |700| ask about |800| my next appointment.'),
      digits(null, 'One two |750| eight zero |700| three six.'),
      open('sentences', 'My daughter |550| usually drives me. |900| She is away this week.'),
      yesNo('No |800| I cannot do that.'),
      number('Eighty |500| seven.'),
      open('question', 'Would it be possible |700| to come on Thursday?'),
      open('sentences', 'I take the small white pills |850| and the yellow ones.'),
    ],
  },
  {
    name: 'de, at work',
    half: 'held out',
    language: 'de-DE',
    voice: 'de+f2',
    speed: 185,
    writesDigits: false,
    turns: [
      open('sentences', 'Hallo. |350| Es geht um meine letzte Bestellung.'),
      digits(6, 'Sieben sieben vier |400| eins null neun.'),
      yesNo('Nein.'),
      open('question', 'Ist Frau Berger |400| heute im Büro?'),
      open('hesitation', 'Wir brauchen die |550| größere Ausführung.'),
      yesNo('Genau, richtig.'),
      open('sentences', 'Die Ware ist beschädigt. |500| Bitte schicken Sie Ersatz.'),
      open('sentences', 'Verbinden Sie mich bitte mit der Buchhaltung.'),
      open('question', 'Was kostet der Versand?'),
      open('sentences', 'Alles klar. |350| Danke schön.'),
    ],
  },
  {
    name: 'de, distracted',
    half: 'held out',
    language: 'de-DE',
    voice: 'de+m3',
    speed: 165,
    writesDigits: true,
    turns: [
      open('hesitation', 'Ich wollte fragen, ob |700| Sie noch Zimmer frei haben.'),
      open('hesitation', 'Also |600| meine Kundennummer ist |800| die habe ich gerade nicht da.'),
      digits(7, 'Null vier null |500| drei acht |700| fünf sechs.'),
      spelled('Ich heiße |500| Nowak. |600| N O |450| W A |500| K.'),
      number('Vierhundert |550| und zwölf.'),
      yesNo('Ich denke |500| schon, ja.'),
      open('hesitation', 'Das Paket kam am Freitag und |850| es war leer.'),
      open('sentences', 'Wir kommen mit zwei Kindern. |650| Wir bleiben drei Nächte.'),
      open('question', 'Gibt es bei Ihnen |500| einen Parkplatz?'),
    ],
  },
  {
    name: 'de, elderly',
    half: 'held out',
    language: 'de-DE',
    voice: 'de+m1',
    speed: 125,
    writesDigits: false,
    turns: [
      open('sentences', 'Grüß Gott. |750| Mein Name ist |600| Anna Huber.'),
      open('hesitation', 'Ich wollte |650| meinen Termin |750| auf nächste Woche verlegen.'),
      digits(null, 'Acht neun |700| eins eins |750| vier null.'),
      open('sentences', 'Mein Mann |600| ist leider krank. |850| Er liegt im Bett.'),
      yesNo('Nein |750| das geht leider nicht.'),
      number('Hundert |500| achtzig.'),
      open('question', 'Kann der Doktor |700| zu uns nach Hause kommen?'),
      open('sentences', 'Ich nehme die weißen Tabletten |800| und die gelben.'),
    ],
  },
]
