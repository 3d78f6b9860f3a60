// What the greetings of mailboxes and the announcements of networks say, and people who answer a phone do not.

import { primaryLanguage } from '../../lib/words.ts'
import { plainWords, Sayings } from './sayings.ts'

/** Networks speak English to everybody. */
const everywhere = new Sayings(`
  voicemail, voice mail, mailbox, mail box, leave a message, leave me a message, leave your message
  leave us a message, leave your name, leave a brief message, record your message, after the tone
  after the beep, after the signal, at the tone, at the beep, answering machine, is not available
  isnt available, not available right now, not available at the moment, not available to take
  is unavailable, cant take your call, cannot take your call, unable to take your call
  cant answer your call, cant answer the phone, cant come to the phone, cannot come to the phone
  unable to answer, unable to come to the phone, away from my phone, the number you have dialed
  the number you have dialled, the number you dialed, the person you are calling, the person youre calling
  the subscriber you, the customer you, call has been forwarded, not in service, is switched off
  please try again later, please call again later, ill get back to you, i will get back to you
  ill call you back as soon
`)

const byLanguage: ReadonlyMap<string, Sayings> = new Map([
  [
    'de',
    new Sayings(`
      nachricht hinterlassen, nachricht nach dem, hinterlassen sie, hinterlassen sie uns, hinterlasst
      hinterlasse, nach dem signalton, nach dem ton, nach dem piepton, nach dem pieps, nach dem piep
      signalton, anrufbeantworter, sprachbox, sprechen sie nach, sprecht nach, nicht erreichbar
      nicht zu erreichen, leider nicht persönlich, nicht vergeben, vorübergehend nicht, nicht ans telefon
      nicht entgegennehmen, nicht entgegen nehmen, rufen sie später, rufe zurück, der teilnehmer
      die gewählte rufnummer, die von ihnen gewählte, der angerufene
    `),
  ],
  [
    'fr',
    new Sayings(`
      laissez un message, laissez moi un message, laissez nous un message, laissez votre message
      laisser un message, laisser votre message, laisse un message, laisse moi un message
      laissez vos coordonnées, laisser vos coordonnées, après le bip, après le signal, après le bip sonore
      bip sonore, messagerie, répondeur, boîte vocale, nest pas disponible, nest pas joignable
      ne suis pas disponible, ne suis pas joignable, injoignable, ne peut pas vous répondre
      ne peux pas vous répondre, ne peut répondre, ne peux pas répondre, ne pouvons pas vous répondre
      indisponible, votre correspondant, le numéro que vous, numéro demandé, rappeler ultérieurement
      je vous rappellerai
    `),
  ],
  [
    'es',
    new Sayings(`
      deje un mensaje, deje su mensaje, deje tu mensaje, deja un mensaje, deja tu mensaje, dejar un mensaje
      dejar su mensaje, déjame un mensaje, déjeme un mensaje, dejen su mensaje, después de la señal
      después del tono, después del bip, al oír la señal, tras la señal, buzón de voz, buzón, contestador
      contestadora, no está disponible, no se encuentra disponible, no puedo atender, no puedo atenderle
      no puedo atenderte, no puede atender, no podemos atender, no podemos atenderle, fuera de cobertura
      apagado o, el número que ha marcado, el número marcado, el número al que, la persona a la que
      inténtelo más tarde, llame más tarde
    `),
  ],
  [
    'it',
    new Sayings(`
      lasciate un messaggio, lasci un messaggio, lascia un messaggio, lasciare un messaggio
      lasciami un messaggio, lasciatemi un messaggio, lasci il suo messaggio, lasciate il vostro messaggio
      dopo il segnale, dopo il bip, dopo il segnale acustico, segnale acustico, segreteria telefonica
      segreteria, casella vocale, non è raggiungibile, non raggiungibile, non è disponibile
      non è al momento, non posso rispondere, non può rispondere, non possiamo rispondere
      cliente da lei chiamato, utente da lei, numero da lei, richiamare più tardi
    `),
  ],
  [
    'nl',
    new Sayings(`
      spreek een bericht, spreek uw bericht, spreek je bericht, spreek dan, bericht achter
      bericht achterlaten, laat een bericht, laat uw bericht, laat je bericht, uw bericht na
      bericht inspreken, een boodschap achter, na de piep, na de pieptoon, na de toon, na de biep
      antwoordapparaat, niet bereikbaar, niet beschikbaar, niet te bereiken, niet opnemen, niet aannemen
      kan uw oproep, de persoon die u belt, het nummer dat u, degene die u belt
    `),
  ],
  [
    'pt',
    new Sayings(`
      deixe uma mensagem, deixe a sua mensagem, deixe sua mensagem, deixe mensagem, deixe o seu recado
      deixe seu recado, deixe um recado, deixar uma mensagem, deixar mensagem, após o sinal, depois do sinal
      após o bip, depois do bip, caixa postal, correio de voz, caixa de correio, atendedor de chamadas
      secretária eletrônica, secretária eletrónica, não está disponível, não se encontra disponível
      fora da área, desligado ou, não posso atender, não pode atender, não podemos atender
      o número que marcou, o número que você, número chamado, tente mais tarde, ligue mais tarde
    `),
  ],
])

/** Whether a machine says this. `language` is BCP 47. */
export function isMailboxTalk(text: string, language: string): boolean {
  const words = plainWords(text)
  return everywhere.isIn(words) || (byLanguage.get(primaryLanguage(language))?.isIn(words) ?? false)
}
