// Whether a caller who waits for an agent does not want to wait any more. They hear music and may talk to others
// meanwhile, so only what is said for nothing else counts: the whole of it.

import { forLanguage, plainWords, Sayings } from './sayings.ts'

interface Withdrawing {
  sayings: Sayings
  /** What may stand before, between and after. */
  fillers: Sayings
}

/** `language` is BCP 47. */
export function isWithdrawal(text: string, language: string): boolean {
  const { sayings, fillers } = forLanguage(byLanguage, english, language)
  const words = plainWords(text)
  let found = false
  for (let at = 0; at < words.length; ) {
    const said = sayings.lengthAt(words, at)
    const length = Math.max(said, fillers.lengthAt(words, at))
    if (length === 0) return false
    if (said === length) found = true
    at += length
  }
  return found
}

const english: Withdrawing = {
  sayings: new Sayings(`
    never mind, nevermind, forget it, forget about it, forget that, stop, stop it please, please stop
    cancel, cancel it, cancel that, cancel this, cancel the call, cancel the transfer, abort, go back
    take me back, bring me back, i want to go back, id like to go back, can we go back, lets go back
    back to the assistant, come back, dont bother, dont transfer me, do not transfer me, dont connect me
    do not connect me, dont put me through, i dont want to wait, i do not want to wait, dont want to wait
    i cant wait, i cannot wait, i wont wait, im not waiting, im tired of waiting, this takes too long
    its taking too long, this is taking too long, ive changed my mind, i changed my mind
    i have changed my mind, leave it, id rather talk to you, i would rather talk to you
    i dont want to talk to anyone, i dont want to talk to anybody, i dont want to be transferred
  `),
  fillers: new Sayings(`
    please, thanks, thank you, oh, okay, ok, well, no, um, uh, er, hmm, actually, sorry, just, then, hey
    hello, hi, now, you know what, you know, so, alright, all right, right, and, but, yeah, anymore
    any more, any longer, longer, that long, so long, for that, after all, i said, can you, could you
    let us, lets, ah, i guess, i think
  `),
}

const german: Withdrawing = {
  sayings: new Sayings(`
    egal, ist egal, schon gut, vergiss es, vergessen sie es, vergessen sies, vergiss das, vergessen sie das
    lass gut sein, lassen sie gut sein, lassen sie es, lass es, lassen wir das, lassen wir es, stopp, stop
    halt, abbrechen, brechen sie ab, bitte abbrechen, brich ab, abbruch, zurück, gehen sie zurück
    geh zurück, ich will zurück, ich möchte zurück, zurück zum assistenten, zurück zur assistentin
    ich will nicht warten, ich möchte nicht warten, ich will nicht mehr warten, ich möchte nicht mehr warten
    ich will nicht länger warten, ich möchte nicht länger warten, ich kann nicht warten
    ich kann nicht länger warten, ich kann nicht mehr warten, ich warte nicht, nicht mehr warten
    nicht verbinden, nicht durchstellen, das dauert zu lange, dauert mir zu lange, das dauert mir zu lange
    ich habe es mir anders überlegt, ich habs mir anders überlegt, hat sich erledigt, es hat sich erledigt
    das hat sich erledigt, erledigt, nicht nötig, ist nicht nötig, doch nicht
  `),
  fillers: new Sayings(`
    bitte, danke, vielen dank, ach, ah, oh, äh, ähm, okay, ok, nein, nee, nö, na, na ja, naja, ja, also
    dann, doch, hallo, moment, entschuldigung, sorry, mal, jetzt, und, aber, gut, so, wieder, komm
    kommen sie, ach so, ich glaube
  `),
}

const french: Withdrawing = {
  sayings: new Sayings(`
    laissez tomber, laisse tomber, tant pis, oubliez, oublie, oubliez ça, oublie ça, peu importe
    ce nest pas grave, cest pas grave, stop, arrêtez, arrête, annuler, annulez, annule, annulez le transfert
    revenir, revenez, retour, retournez, revenir en arrière, retour en arrière, je veux revenir
    je voudrais revenir, je ne veux pas attendre, je veux pas attendre, je ne veux plus attendre
    je veux plus attendre, je ne peux pas attendre, je ne peux plus attendre, je peux pas attendre
    je nattends plus, cest trop long, ça prend trop de temps, jai changé davis, pas la peine
    ce nest pas la peine, cest pas la peine, ne me transférez pas, ne me passez personne
  `),
  fillers: new Sayings(`
    sil vous plaît, sil te plaît, merci, non, ok, okay, bon, euh, ah, oh, ben, alors, bah, finalement
    en fait, désolé, désolée, allô, et, mais, oui, tout de suite, plus longtemps, maintenant, daccord
    excusez moi, pardon
  `),
}

const spanish: Withdrawing = {
  sayings: new Sayings(`
    no importa, da igual, déjelo, déjalo, olvídelo, olvídalo, olvídate, olvídese, para, pare, alto, stop
    cancelar, cancela, cancele, cancélalo, cancélelo, cancele la llamada, cancele la transferencia, volver
    vuelve, vuelva, volver atrás, vuelva atrás, vuelve atrás, quiero volver, atrás, regresar
    quiero regresar, regrese, regresa, no quiero esperar, ya no quiero esperar, no quiero esperar más
    no puedo esperar, no puedo esperar más, no voy a esperar, tarda mucho, tarda demasiado
    está tardando mucho, está tardando demasiado, he cambiado de opinión, cambié de opinión, no hace falta
    ya no hace falta, no me transfiera, no me pase, no me transfieras
  `),
  fillers: new Sayings(`
    por favor, gracias, no, oh, ah, eh, bueno, pues, vale, ok, okay, entonces, mejor, perdón, disculpe, hola
    ya, y, pero, sí, mire, mira, oiga, oye, más, tanto, tanto tiempo, ahora, muchas gracias
  `),
}

const italian: Withdrawing = {
  sayings: new Sayings(`
    non importa, non fa niente, fa niente, lasci stare, lascia stare, lasci perdere, lascia perdere
    lasciamo stare, lasciamo perdere, lo dimentichi, dimentica, stop, fermati, si fermi, basta, annulla
    annulli, annullare, annulli il trasferimento, torna indietro, torni indietro, tornare indietro
    voglio tornare indietro, vorrei tornare indietro, indietro, non voglio aspettare
    non voglio più aspettare, non voglio aspettare oltre, non posso aspettare, non posso più aspettare
    non aspetto, non aspetto più, ci vuole troppo, ci vuole troppo tempo, è troppo lungo, ho cambiato idea
    non serve, non serve più, non è necessario, non mi trasferisca, non mi passi nessuno
  `),
  fillers: new Sayings(`
    per favore, per piacere, grazie, no, oh, ah, eh, beh, allora, va bene, ok, okay, scusi, scusa, mi scusi
    pronto, e, ma, sì, guardi, senta, adesso, ora, ancora, più, così, tanto, grazie mille
  `),
}

const dutch: Withdrawing = {
  sayings: new Sayings(`
    laat maar, laat maar zitten, laat zitten, vergeet het, vergeet het maar, maakt niet uit
    het maakt niet uit, stop, stoppen, stop maar, annuleren, annuleer, annuleer maar, afbreken, breek af
    terug, ga terug, ga maar terug, gaat u terug, ik wil terug, terug naar de assistent, ik wil niet wachten
    ik wil niet meer wachten, ik wil niet langer wachten, ik kan niet wachten, ik kan niet langer wachten
    ik kan niet meer wachten, ik wacht niet, ik wacht niet langer, het duurt te lang, dit duurt te lang
    duurt te lang, duurt me te lang, ik heb me bedacht, ik ben van gedachten veranderd, hoeft niet
    het hoeft niet, hoeft niet meer, het hoeft niet meer, niet doorverbinden, verbind me niet door
  `),
  fillers: new Sayings(`
    alstublieft, alsjeblieft, dank u, dank je, bedankt, nee, o, oh, ah, eh, uh, ok, oké, okay, goed, nou
    dan, toch, sorry, hallo, en, maar, ja, hoor, even, nu, toch maar, dan maar, dank u wel, dankjewel
  `),
}

const portuguese: Withdrawing = {
  sayings: new Sayings(`
    deixa, deixe, deixa para lá, deixe para lá, deixa pra lá, deixe pra lá, deixa estar, deixe estar
    esquece, esqueça, esqueça isso, esquece isso, não importa, não faz mal, tanto faz, para, pare, parar
    stop, cancela, cancele, cancelar, cancele a chamada, cancele a transferência, voltar, volta, volte
    volta atrás, volte atrás, voltar atrás, quero voltar, não quero esperar, não quero esperar mais
    já não quero esperar, não quero mais esperar, não posso esperar, não posso esperar mais, não vou esperar
    está demorando, está demorando muito, está a demorar muito, demora muito, mudei de ideia
    mudei de ideias, não é preciso, já não é preciso, não precisa, não precisa mais, não me transfira
  `),
  fillers: new Sayings(`
    por favor, faz favor, se faz favor, obrigado, obrigada, muito obrigado, muito obrigada, não, oh, ah, eh
    bem, bom, então, tá, tá bom, ok, okay, desculpe, desculpa, alô, olá, e, mas, sim, olhe, agora, já, mais
    tanto, tanto tempo
  `),
}

const byLanguage: ReadonlyMap<string, Withdrawing> = new Map([
  ['en', english],
  ['de', german],
  ['fr', french],
  ['es', spanish],
  ['it', italian],
  ['nl', dutch],
  ['pt', portuguese],
])
