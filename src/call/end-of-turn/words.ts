// What the last words of a text tell about whether its speaker has finished, language by language. Data only. Short lists of
// what is frequent and unambiguous: a word that may as well end a sentence is not in them.

import { primaryLanguage, wordSet } from '../../lib/words.ts'

export interface TurnWords {
  /** As the last word these promise more: conjunctions, prepositions, articles, auxiliaries, fillers. */
  readonly promising: ReadonlySet<string>
  /** Ends of two or three words that promise more, although their last word does not. */
  readonly promisingEnds: ReadonlySet<string>
  /** Ends of one to three words that promise nothing, although their last word does. */
  readonly settledEnds: ReadonlySet<string>
  /** With these, alone or first, a caller answers yes or no. */
  readonly answers: ReadonlySet<string>
  /** What may stand beside an answer without changing it. */
  readonly besides: ReadonlySet<string>
  /** Ends of one to three words with which people hand over. */
  readonly closings: ReadonlySet<string>
  /** First words of a question. */
  readonly asking: ReadonlySet<string>
  /** What may stand before a sentence. */
  readonly leading: ReadonlySet<string>
  /** Words of a wish: who has said one waits for an answer, while one statement is often followed by another. */
  readonly wishing: ReadonlySet<string>
  /** Verbs that want an infinitive, where it comes last. */
  readonly modals: ReadonlySet<string>
  /** Words after which the verb comes last and may be one that promises more elsewhere. */
  readonly verbLast: ReadonlySet<string>
}

function ends(text: string): ReadonlySet<string> {
  return new Set(
    text
      .split(/[,\n]/)
      .map(end => end.trim())
      .filter(end => end !== ''),
  )
}

const none: ReadonlySet<string> = new Set()

const english: TurnWords = {
  promising: wordSet(`
    and but or because so if that's when while although unless until since than as which who whose that
    to of for with from at by into about in on onto after before between during without through under over
    a an the my your his our their its some any every another each
    is are was were be been will would could should have has had isn't aren't i'm i've i'd i'll we're it's there's
    i we he she they
    um uh er erm hmm mm basically maybe
  `),
  promisingEnds: ends(`
    would like, i want, we want, i need, we need, do you, can you, could you, are you, would you, have you
    could you please, can you please, would you please, will you please, i would please
    tell me, let me, let me see, let me think, one moment, just a moment, just a second, one second, hold on, hang on
    you know, i mean, kind of, sort of, a bit, i think, i guess, i believe, my name's, phone number, the number
    in order, going to, trying to, such a, even though, as well as, the first, the last, first of all
  `),
  settledEnds: ends(`
    think so, hope so, guess so, believe so, not so, what for, it for, that for, who with, where from, where to,
    looking for, waiting for
    i want to, i have to, log in, logged in, come in, check in, sign in, go on, going on, turned on, switched on
    how it is, what it is, where it is, who it is, this is she, this is he, that is all i have, like that, like this
    all over, not that, do that, what is that, about that, is that, would that, talk about, think about
  `),
  answers: wordSet(`
    yes yeah yep yup sure okay ok right correct exactly absolutely definitely certainly indeed
    no nope nah never
  `),
  besides: wordSet(`
    please thanks thank you it is that's that i do don't did didn't can can't cannot am not was has hasn't
    of course fine good great very much all not really think so
  `),
  closings: ends(`
    please, thank you, thanks, thank you very much, thanks a lot, that's all, that is all, that's it, that will be all
    bye, goodbye, bye bye, nothing else, no more, for your help, never mind
  `),
  asking: wordSet(`
    what when where who whose why how which can could do does did is are was were will would should has have may
    what's when's where's who's how's
  `),
  leading: wordSet(
    'um uh er erm hmm well so ok okay yes yeah no and but hello hi hey please sorry right then also',
  ),
  wishing: wordSet('want would like need please can could help looking calling cancel'),
  modals: none,
  verbLast: none,
}

const german: TurnWords = {
  promising: wordSet(`
    und oder aber weil dass daß ob wenn falls damit sondern obwohl während bevor nachdem sowie als
    in im ins auf für mit von vom zu zum zur bei beim nach aus über unter gegen ohne um durch wegen seit bis zwischen
    an am vor hinter neben pro
    der die das den dem des ein eine einen einem einer eines kein keine keinen
    mein meine meinen meinem meiner ihr ihre ihren ihrem unser unsere unseren dein deine sein seine
    ist sind war waren wäre hat haben habe hatte wird werden würde kann muss soll will möchte könnte wollte
    ich wir er man sehr ganz
    äh ähm öh hm hmm also quasi ungefähr circa etwa
  `),
  promisingEnds: ends(`
    können sie, könnten sie, haben sie, würden sie, sie mir, sie uns, sie bitte, sie mir bitte, ich bitte, möchte bitte
    mir bitte, uns bitte, möchte gern, möchte gerne, würde gern, würde gerne, hätte gern, hätte gerne, wollte gern
    ich heiße, ich brauche, ich suche, wir brauchen, ich glaube, ich denke, ich meine, und zwar, das heißt, sagen wir
    moment bitte, einen moment, einen augenblick, moment mal, warten sie, mal sehen, mal schauen, zum beispiel
    hier spricht, guten tag, wollte fragen, wollte mal, es geht
  `),
  settledEnds: ends(`
    das war's, das ist es, so ist es, das ist sie, worum geht es, ja ich will, das war das, wie geht das, geht das, ist das
    kostet das, heißt das, war das, ich auch, haben sie sie, kennen sie die, ich habe die, ich will das
  `),
  answers: wordSet(`
    ja jawohl jo jep klar genau richtig stimmt korrekt natürlich gerne gern sicher okay ok einverstanden
    nein nö ne nee niemals
  `),
  besides: wordSet(`
    bitte danke das ist so auch doch mal sehr schön vielen dank ganz nicht lieber stimmt wäre gut geht leider ich
    denke glaube schon
  `),
  closings: ends(`
    bitte, danke, vielen dank, danke schön, dankeschön, danke sehr, das war alles, das ist alles, das wär's, das war's
    tschüss, auf wiederhören, auf wiedersehen, sonst nichts, schönen tag, nichts weiter
  `),
  asking: wordSet(`
    was wann wo wohin woher wer wen wem wessen warum wieso weshalb wie welche welcher welches wieviel worum
    kann können könnte könnten könnt ist sind war haben habe hat gibt darf dürfen muss müssen soll sollen
    würden geht macht wird werden kommt bekomme brauche
  `),
  leading: wordSet(
    'äh ähm öh hm also ja nein und aber hallo guten tag morgen abend grüß gott entschuldigung okay gut na',
  ),
  wishing: wordSet(
    'möchte möchten will wollen wollte hätte hätten brauche brauchen bitte würde gern gerne können könnten suche geht',
  ),
  modals: wordSet(`
    möchte möchten möchtest kann können könnte könnten muss müssen soll sollen will wollen wollte wollten
    würde würden darf dürfen
  `),
  verbLast: wordSet(
    'weil dass daß ob wenn falls damit obwohl während bevor nachdem als wie was wo wer warum wann welche welcher welches',
  ),
}

const french: TurnWords = {
  promising: wordSet(`
    et ou mais parce car donc si quand que qu' qui dont lorsque puisque comme
    à a au aux de d' du des en dans sur sous pour par avec sans chez vers entre depuis pendant avant après contre
    le la les l' un une mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs ce cet cette ces quelques chaque
    est sont était c'est j'ai ai suis avez avons ont sera serait
    je j' nous il elle on très
    euh heu ben bah enfin genre
  `),
  promisingEnds: ends(`
    je voudrais, je veux, je souhaite, j'aimerais, je cherche, je m'appelle, je crois, je pense, est-ce que, pouvez-vous
    pourriez-vous, est-ce que vous, parce que, c'est-à-dire, un instant, une seconde, un moment, attendez, par exemple
    pouvez-vous me, afin de, mon numéro, vous pouvez
  `),
  settledEnds: ends("qu'il y a, c'est ça, merci à vous, où est-il, où est-elle, comme ça"),
  answers: wordSet(
    "oui ouais si d'accord exactement absolument tout-à-fait parfait correct voilà non jamais volontiers",
  ),
  besides: wordSet(
    "s'il vous plaît merci c'est ça bien sûr tout à fait pas du tout beaucoup monsieur madame exact je crois",
  ),
  closings: ends(`
    s'il vous plaît, s'il vous plait, merci, merci beaucoup, c'est tout, au revoir, merci bien, rien d'autre, bonne journée
  `),
  asking: wordSet(`
    quand où combien comment pourquoi quel quelle quels quelles est-ce qu'est-ce qui pouvez-vous pourriez-vous
    avez-vous puis-je peut-on y-a-t-il
  `),
  leading: wordSet('euh alors ben bah oui non et mais bonjour bonsoir allô donc voilà'),
  wishing: wordSet(
    'voudrais voudrions veux voulons aimerais souhaite souhaiterais besoin cherche pouvez-vous pourriez-vous appelle',
  ),
  modals: none,
  verbLast: none,
}

const spanish: TurnWords = {
  promising: wordSet(`
    y e o u pero porque que si cuando aunque pues como mientras donde
    a al de del en con por para sin sobre entre hasta desde hacia según contra ante
    el la los las un una unos unas mi mis tu tus su sus nuestro nuestra este esta estos estas cada
    es son está están era fue soy estoy he ha han tengo quiero quisiera necesito puedo
    yo muy más
    eh em este pues bueno o-sea
  `),
  promisingEnds: ends(`
    me gustaría, me llamo, mi nombre es, mi número es, lo que, es que, para que, puede usted, me puede, me podría, podría
    un momento, un segundo, a ver, por ejemplo, o sea, creo que, tengo que, déjeme ver, quería saber
  `),
  settledEnds: ends(
    'así es, eso es, qué es, cómo está, dónde está, cuánto es, no lo es, sí lo es, no más, nada más',
  ),
  answers: wordSet('sí si claro correcto exacto exactamente vale bueno perfecto desde-luego no nunca jamás'),
  besides: wordSet('por favor gracias señor señora eso es así muchas supuesto está bien que creo'),
  closings: ends(`
    por favor, gracias, muchas gracias, nada más, eso es todo, adiós, hasta luego, es todo, no más
  `),
  asking: wordSet(`
    qué cuándo dónde adónde quién cómo cuánto cuánta cuántos cuántas cuál cuáles puede puedo podría tiene tienen hay
  `),
  leading: wordSet('eh em pues bueno sí no y pero hola buenos buenas días tardes oiga disculpe perdón'),
  wishing: wordSet('quiero quisiera queremos quería necesito necesitamos gustaría busco puede podría llamo'),
  modals: none,
  verbLast: none,
}

const italian: TurnWords = {
  promising: wordSet(`
    e ed o oppure ma perché che se quando anche però quindi mentre dove come
    a ad al allo alla alle ai agli di del dello della dei degli delle da dal dalla in nel nella nei con su sul sulla
    per tra fra senza verso fino dopo prima
    il lo la i gli le l' un uno una un' mio mia miei mie tuo tua suo sua nostro nostra vostro questo questa ogni
    è sono era ho ha hanno vorrei voglio devo posso
    io molto più
    ehm eh uhm allora cioè
  `),
  promisingEnds: ends(`
    mi chiamo, il mio nome è, ho bisogno, mi può, può dirmi, potrebbe, mi potrebbe, un attimo, un momento, un secondo
    per esempio, il mio numero, vorrei sapere, credo che, penso che
  `),
  settledEnds: ends(`
    cos'è, che cos'è, dov'è, qual è, va bene così, sì lo è, non lo so, ecco perché, di più, ci sono, quanti sono
  `),
  answers: wordSet('sì si certo esatto esattamente giusto corretto perfetto okay ok volentieri no mai'),
  besides: wordSet('grazie per favore piacere va bene è così certamente proprio molte signora signore'),
  closings: ends(`
    per favore, per piacere, per cortesia, grazie, grazie mille, molte grazie, è tutto, arrivederci, nient'altro, basta così
  `),
  asking: wordSet(
    "che cosa quando dove chi come quanto quanta quanti quante quale quali può potrebbe posso avete ha è c'è",
  ),
  leading: wordSet('ehm eh allora sì no e ma buongiorno buonasera salve pronto senta scusi'),
  wishing: wordSet('vorrei voglio vorremmo bisogno cerco può potrebbe chiamo volevo'),
  modals: none,
  verbLast: none,
}

const dutch: TurnWords = {
  promising: wordSet(`
    en of maar omdat want dat als wanneer terwijl hoewel zodat dus
    in op voor met van naar bij uit over onder tegen zonder om door tot tussen sinds aan te
    de het een mijn uw jouw zijn haar ons onze hun deze elke geen
    is was waren heb heeft hebben ben wil kan moet zal zou wordt
    ik wij we hij men heel erg
    eh ehm uh uhm nou eigenlijk ongeveer
  `),
  promisingEnds: ends(`
    ik wil graag, zou graag, wil graag, ik heet, mijn naam is, ik denk, ik geloof, kunt u, kunt u mij, zou u, heeft u
    een moment, even kijken, een ogenblik, bijvoorbeeld, kunt u alstublieft, u mij, ik zoek, ik zou
  `),
  settledEnds: ends(
    'dat is het, dat was het, klopt het, is dat, kost dat, kan dat, hoe laat is het, wat is het, wie is het',
  ),
  answers: wordSet(
    'ja jawel jazeker klopt precies inderdaad zeker natuurlijk graag oké ok goed juist nee neen nooit',
  ),
  besides: wordSet('alstublieft bedankt dank u wel dat is het graag hoor niet heel dank je'),
  closings: ends(`
    alstublieft, alsjeblieft, bedankt, dank u, dank u wel, dank je wel, dat was alles, dat is alles, dat was het, tot ziens
    hartelijk dank, verder niets
  `),
  asking: wordSet(`
    wat wanneer waar wie waarom hoe welke welk hoeveel kunt kan kunnen mag is zijn heeft heb hebben moet moeten zou gaat
  `),
  leading: wordSet('eh ehm uh nou ja nee en maar hallo goedemorgen goedemiddag goedendag dag oké goed sorry'),
  wishing: wordSet('wil willen zou graag nodig zoek kunt bel wilde'),
  modals: wordSet('wil willen kan kunt kunnen moet moeten zal zullen zou zouden mag mogen wilde'),
  verbLast: wordSet('dat omdat of als wanneer hoewel terwijl voordat nadat wat wie waar waarom hoe'),
}

const portuguese: TurnWords = {
  promising: wordSet(`
    e ou mas porque que se quando embora enquanto como onde pois
    a ao à aos de do da dos das em no na nos nas com por para pra pelo pela sem sobre entre até desde
    o os as um uma uns umas meu minha meus minhas seu sua seus suas nosso nossa este esta esse essa cada
    é são está estão era foi sou estou tenho quero queria preciso posso
    eu muito mais
    hum ahn ã é-que então tipo
  `),
  promisingEnds: ends(`
    eu gostaria, gostaria de, meu nome é, o meu nome é, meu número é, eu preciso, pode me, poderia, poderia me, é que
    um momento, um segundo, só um momento, deixa ver, por exemplo, acho que, tenho que, queria saber, chamo-me, me chamo
  `),
  settledEnds: ends(
    'é isso, o que é, como está, onde está, quanto é, não é, mais nada, é mais, não mais, que sim, que não',
  ),
  answers: wordSet('sim claro certo correto exato exatamente isso perfeito ok tá não nunca'),
  besides: wordSet('por favor obrigado obrigada muito é mesmo está bem certo senhor senhora com certeza'),
  closings: ends(`
    por favor, obrigado, obrigada, muito obrigado, muito obrigada, é só isso, só isso, mais nada, tchau, até logo, é tudo
  `),
  asking: wordSet(
    'quando onde quem como quanto quanta quantos quantas qual quais por-que pode posso poderia tem há',
  ),
  leading: wordSet('hum então bom sim não e mas olá oi alô bom boa dia tarde noite desculpe'),
  wishing: wordSet('quero queria queremos gostaria preciso procuro pode poderia ligo'),
  modals: none,
  verbLast: none,
}

const languages: ReadonlyMap<string, TurnWords> = new Map([
  ['en', english],
  ['de', german],
  ['fr', french],
  ['es', spanish],
  ['it', italian],
  ['nl', dutch],
  ['pt', portuguese],
])

/** For the language of a BCP 47 tag, whatever its region; undefined for one without lists. */
export function turnWords(language: string): TurnWords | undefined {
  return languages.get(primaryLanguage(language))
}
