// Whether an agent takes the call: by key, or in words. Who accepts is put through, so what is not clearly a
// yes is none: a greeting that happens to begin with "yes", and above all that of a mailbox.

import { isMailboxTalk } from './mailbox-talk.ts'
import { forLanguage, plainWords, Sayings } from './sayings.ts'

export type Decision = 'accept' | 'decline'

interface Answers {
  /** An answer only with nothing else beside them. */
  yes: Sayings
  /** An answer whatever stands beside them. */
  explicitYes: Sayings
  no: Sayings
  /** A refusal wherever it stands in a short answer. */
  explicitNo: Sayings
  /** Change nothing. */
  besides: Sayings
}

/** Longer ones are no answer to a question of this kind, unless they begin with an explicit one. */
const ANSWER_WORDS = 6

/** What decides by key: 1 accepts, 2 declines. */
export function acceptanceOf(digit: string): Decision | null {
  if (digit === '1') return 'accept'
  return digit === '2' ? 'decline' : null
}

/** What decides in words; null when it is unclear. `language` is BCP 47. */
export function acceptanceIn(text: string, language: string): Decision | null {
  if (isMailboxTalk(text, language)) return null
  const words = plainWords(text)
  const kinds = kindsOf(words, forLanguage(byLanguage, english, language))
  const has = (kind: Kind): boolean => kinds.includes(kind)
  const telling = kinds.filter(kind => kind !== 'besides')
  if (words.length > ANSWER_WORDS) return longAnswer(telling)
  if (has('explicitNo') || telling[0] === 'no') return 'decline'
  if (has('no')) return has('other') ? null : 'decline'
  if (has('explicitYes')) return 'accept'
  // "Yes?" is how some people answer the phone.
  return has('yes') && !has('other') && !text.trimEnd().endsWith('?') ? 'accept' : null
}

function longAnswer(telling: readonly Kind[]): Decision | null {
  const first = telling.find(kind => kind !== 'yes')
  if (first === 'no' || first === 'explicitNo') return telling[0] === 'yes' ? null : 'decline'
  const isRefused = telling.includes('no') || telling.includes('explicitNo')
  return first === 'explicitYes' && !isRefused ? 'accept' : null
}

type Kind = keyof Answers | 'other'

const KINDS = ['explicitNo', 'no', 'explicitYes', 'yes', 'besides'] as const

/** What the words are, the longest saying first: "no problem" is no "no". */
function kindsOf(words: readonly string[], answers: Answers): Kind[] {
  const kinds: Kind[] = []
  for (let at = 0; at < words.length; ) {
    let kind: Kind = 'other'
    let length = 0
    for (const one of KINDS) {
      const found = answers[one].lengthAt(words, at)
      if (found > length) {
        kind = one
        length = found
      }
    }
    kinds.push(kind)
    at += Math.max(1, length)
  }
  return kinds
}

function answers(lists: Readonly<Record<keyof Answers, string>>): Answers {
  return {
    yes: new Sayings(lists.yes),
    explicitYes: new Sayings(lists.explicitYes),
    no: new Sayings(lists.no),
    explicitNo: new Sayings(lists.explicitNo),
    besides: new Sayings(lists.besides),
  }
}

const english = answers({
  yes: `
    yes, yeah, yep, yup, yes i am, yes i do, sure, okay, ok, alright, all right, fine, of course, certainly
    absolutely, definitely, gladly, accept, no problem, no problem at all, no worries, dont worry
    not a problem, i dont mind, connect, one
  `,
  explicitYes: `
    why not, put him through, put her through, put them through, put the caller through, put it through
    put the call through, put me through, connect him, connect her, connect them, connect us, connect me
    connect the call, connect the caller, ill take it, i will take it, ill take the call
    i will take the call, ill take him, ill take her, ill take them, i can take it, i can take the call
    i take it, i accept, ill accept, i will accept, accept the call, accept it, go ahead, send him over
    send her over, send them over
  `,
  no: 'no, nope, nah, never, not, dont, decline, reject, refuse, busy, later, two',
  explicitNo: `
    not now, not right now, not today, not me, not possible, i cant, i cannot, i can not, cant take
    cannot take, can not take, i wont, i will not, do not, dont put, dont connect, dont want, im busy
    i am busy, in a meeting, no time, some other time, another time, somebody else, someone else, call back
    im not, i am not, no thanks, no thank you
  `,
  besides: `
    please, thanks, thank you, it, is, thats, that is, im, am, i, i can, will, do, can, good, great
    fine by me, with me, for me, oh, um, uh, well, so, then, just, now, right, right now, sorry, very, much
    that, now please, him, her, them, the call
  `,
})

const german = answers({
  yes: `
    ja, jawohl, jo, jep, jup, okay, ok, klar, gerne, gern, sicher, natürlich, selbstverständlich
    einverstanden, in ordnung, annehmen, kein problem, macht nichts, passt, geht klar, alles klar, verbinden
    eins
  `,
  explicitYes: `
    warum nicht, stellen sie durch, stell durch, stellen sie ihn durch, stellen sie sie durch
    stell ihn durch, stell sie durch, bitte durchstellen, durchstellen, verbinden sie mich
    verbinden sie uns, verbinden sie, verbinde mich, ich nehme an, ich nehme ihn, ich nehme sie
    ich nehme das gespräch, ich nehme den anruf, ich nehme es an, ich übernehme, ich kann übernehmen
    her damit, immer her damit, nur zu
  `,
  no: 'nein, nö, ne, nee, niemals, nicht, kein, keine, keinen, ablehnen, später, zwei',
  explicitNo: `
    jetzt nicht, gerade nicht, im moment nicht, momentan nicht, zur zeit nicht, zurzeit nicht, heute nicht
    geht nicht, geht gerade nicht, geht jetzt nicht, ich kann nicht, kann gerade nicht, kann jetzt nicht
    nicht durchstellen, nicht verbinden, nicht annehmen, nehme nicht an, keine zeit, bin beschäftigt
    im gespräch, in einer besprechung, im meeting, in einem meeting, ein andermal, jemand anders
    jemand anderes, nicht jetzt, lieber nicht, will nicht
  `,
  besides: `
    bitte, danke, vielen dank, doch, mal, dann, sehr, gut, prima, super, äh, ähm, hm, so, das, ist, das ist
    geht, ich, kann, na, auch, schon, jetzt, ihn, sie, durch, mich
  `,
})

const french = answers({
  yes: `
    oui, ouais, ok, okay, daccord, bien sûr, entendu, volontiers, certainement, absolument, avec plaisir
    pas de problème, aucun problème, pas de souci, aucun souci, sans problème, accepter, ça marche, ça va
  `,
  explicitYes: `
    pourquoi pas, passez le moi, passez la moi, passe le moi, passe la moi, passez moi, jaccepte, je prends
    je le prends, je la prends, je prends lappel, mettez moi en relation, mettez nous en relation, allez y
    vas y, transférez
  `,
  no: 'non, pas, jamais, refuser, refuse, occupé, occupée, plus tard, deux',
  explicitNo: `
    pas maintenant, pas possible, je ne peux pas, je peux pas, je ne veux pas, je veux pas, pas le temps
    je suis occupé, je suis occupée, en réunion, en rendez vous, une autre fois, quelquun dautre, non merci
  `,
  besides: `
    sil vous plaît, sil te plaît, merci, bien, très, très bien, alors, euh, ben, eh, cest, bon, je, ça
    tout à fait, pour moi, maintenant
  `,
})

const spanish = answers({
  yes: `
    sí, vale, ok, okay, claro, claro que sí, por supuesto, bueno, de acuerdo, con gusto, desde luego
    no hay problema, ningún problema, sin problema, aceptar, conectar, uno
  `,
  explicitYes: `
    cómo no, por qué no, pásemelo, pásamelo, pásemela, pásamela, páseme, pásame, póngamelo, pónmelo, páselo
    pásalo, páseme la llamada, lo tomo, la tomo, tomo la llamada, lo atiendo, la atiendo, acepto, adelante
    comuníqueme, conécteme, conéctelo
  `,
  no: 'no, nunca, tampoco, rechazar, rechazo, ocupado, ocupada, más tarde, luego, después, dos',
  explicitNo: `
    ahora no, no puedo, no quiero, no es posible, estoy ocupado, estoy ocupada, en una reunión
    no tengo tiempo, otra persona, en otro momento, no gracias
  `,
  besides: 'por favor, gracias, muy, bien, muy bien, pues, eh, está, es, yo, ya, ahora, perfecto',
})

const italian = answers({
  yes: `
    sì, ok, okay, va bene, certo, certamente, daccordo, volentieri, sicuro, assolutamente, con piacere
    nessun problema, non cè problema, non ce problema, senza problemi, accettare, uno
  `,
  explicitYes: `
    perché no, come no, me lo passi, me la passi, passamelo, passamela, me lo passa, me la passa, mi passi
    passi pure, accetto, la prendo, lo prendo, prendo la chiamata, prendo io, rispondo io
    mi metta in contatto, mi colleghi, avanti
  `,
  no: 'no, non, mai, rifiuto, rifiutare, occupato, occupata, più tardi, dopo, due',
  explicitNo: `
    non ora, non adesso, adesso no, ora no, non posso, non voglio, non è possibile, sono occupato
    sono occupata, in riunione, non ho tempo, unaltra volta, qualcun altro, no grazie
  `,
  besides: `
    per favore, per piacere, prego, grazie, bene, molto, allora, eh, beh, è, io, pure, adesso, perfetto
  `,
})

const dutch = answers({
  yes: `
    ja, jawel, jazeker, oké, ok, okay, prima, goed, graag, zeker, natuurlijk, akkoord, geen probleem
    is goed, dat is goed, accepteren, verbinden
  `,
  explicitYes: `
    waarom niet, verbind maar door, verbind door, verbindt u maar door, verbind hem door, verbind haar door
    doorverbinden, verbind me, verbind mij, ik neem hem, ik neem haar, ik neem het gesprek, ik neem over
    ik neem aan, ik neem op, ik accepteer, geef maar, zet maar door, zet hem door, ga je gang, gaat uw gang
  `,
  no: 'nee, neen, niet, geen, nooit, weigeren, bezet, later, twee',
  explicitNo: `
    nu niet, niet nu, even niet, op dit moment niet, vandaag niet, kan niet, ik kan nu niet, ik kan niet
    ik wil niet, geen tijd, ik ben bezig, in gesprek, in een vergadering, in een bespreking, andere keer
    iemand anders, niet doorverbinden
  `,
  besides: `
    alstublieft, alsjeblieft, graag gedaan, dank u, dank je, bedankt, hoor, dan, maar, heel, eh, uh, dat, is
    ik, doe, nu
  `,
})

const portuguese = answers({
  yes: `
    sim, ok, okay, tá, está bem, tá bem, tá bom, claro, claro que sim, certo, com certeza, com prazer
    concordo, pois sim, sem problema, não há problema, não tem problema, nenhum problema, aceitar
  `,
  explicitYes: `
    por que não, porque não, pois não, pode passar, pode transferir, pode ligar, passe, passa, passe me
    passe a chamada, pode passar a ligação, aceito, eu atendo, atendo, eu pego, fico com a chamada
    ponha em linha, pode conectar
  `,
  no: 'não, nunca, recusar, recuso, ocupado, ocupada, mais tarde, depois, dois',
  explicitNo: `
    agora não, não posso, não quero, não dá, não é possível, estou ocupado, estou ocupada, em reunião
    numa reunião, em uma reunião, não tenho tempo, outra pessoa, outra hora, não obrigado, não obrigada
  `,
  besides: `
    por favor, obrigado, obrigada, faz favor, se faz favor, bem, muito, muito bem, então, é, está, estou, eu
    agora, perfeito
  `,
})

const byLanguage: ReadonlyMap<string, Answers> = new Map([
  ['en', english],
  ['de', german],
  ['fr', french],
  ['es', spanish],
  ['it', italian],
  ['nl', dutch],
  ['pt', portuguese],
])
