// What agents and callers say in a word or two, in every language that we know: yes and no, never mind, and what only sounds so.

import { describe, expect, test } from 'vitest'
import { acceptanceIn, acceptanceOf } from '../../../src/call/transfer/acceptance.ts'
import { isMailboxTalk } from '../../../src/call/transfer/mailbox-talk.ts'
import { isWithdrawal } from '../../../src/call/transfer/withdrawal.ts'

const rows = (lists: Record<string, string[]>): [string, string][] =>
  Object.entries(lists).flatMap(([language, texts]) =>
    texts.map((text): [string, string] => [language, text]),
  )

describe('an agent takes the call', () => {
  test.each(
    rows({
      en: [
        'Yes.',
        'yeah sure',
        'No problem, put him through.',
        'no problem',
        "I'll take it.",
        'I’ll take it',
        'Okay, go ahead',
      ],
      'en-GB': [
        'Why not?',
        'Not a problem',
        'Yes, please put her through',
        'Sure, put them through, I have a minute right now',
      ],
      'de-DE': [
        'Ja.',
        'ja bitte',
        'Kein Problem, stellen Sie durch',
        'Ja, gerne',
        'Warum nicht',
        'bitte durchstellen',
        'Ich übernehme',
      ],
      fr: ['Oui', "d'accord", 'pas de problème', 'Oui, passez-le-moi', 'bien sûr'],
      es: ['Sí', 'si', 'claro que sí', 'no hay problema', 'Sí, pásemelo', 'cómo no'],
      it: ['Sì', 'va bene', 'nessun problema', 'Me lo passi', 'come no', "non c'è problema"],
      nl: ['Ja', 'ja hoor', 'geen probleem', 'verbind maar door', 'oké, prima'],
      'pt-BR': ['Sim', 'pode passar', 'sem problema', 'pois não', 'tá bom'],
      ja: ['yes', 'okay'],
    }),
  )('%s: %s', (language, text) => {
    expect(acceptanceIn(text, language)).toBe('accept')
  })
})

describe('an agent does not take it', () => {
  test.each(
    rows({
      en: [
        'No.',
        'not now',
        "I can't right now",
        'no thanks',
        "sorry, I'm in a meeting",
        "don't put him through",
        'Yes, but not now',
      ],
      'en-US': ['no, I am on another call, sorry about that', "I can't take it", 'No, who is it?'],
      de: [
        'Nein',
        'jetzt nicht',
        'Nein danke',
        'gerade nicht',
        'keine Zeit',
        'geht jetzt nicht',
        'nicht durchstellen',
        'Ja, aber nicht jetzt',
      ],
      fr: ['Non', 'pas maintenant', 'non merci', 'je suis occupée', 'je ne peux pas'],
      es: ['No', 'ahora no', 'no puedo', 'estoy ocupado'],
      it: ['No', 'non ora', 'non posso', 'sono in riunione'],
      nl: ['Nee', 'nu niet', 'geen tijd', 'ik kan niet'],
      pt: ['Não', 'agora não', 'não posso', 'estou em reunião'],
    }),
  )('%s: %s', (language, text) => {
    expect(acceptanceIn(text, language)).toBe('decline')
  })
})

describe('nobody has decided anything', () => {
  test.each(
    rows({
      en: [
        'Yes, this is the mailbox of Anna Smith.',
        'yes this is the mailbox',
        'Okay, leave a message after the tone',
        "Yes, you've reached Anna Smith, I am out of the office today",
        'Yes, Miller speaking',
        'Yes?',
        'Hello?',
        'Hello, yes?',
        'who is calling',
        'What?',
        'one moment please',
        '',
        '...',
        'yes yes I told you that yesterday when we had lunch',
        'Record your message, go ahead.',
        'and then he told her go ahead and so we went home',
        'sure he said he would come but then he went home',
      ],
      de: [
        'Ja, Müller?',
        'Ja, hier ist die Mailbox von Anna Schmidt',
        'Schmidt',
        'wer ist denn da',
        'ja bitte?',
      ],
      fr: ['Oui, allô ?', 'Bonjour, vous êtes bien sur la messagerie de Paul', 'un moment'],
      es: ['Sí, dígame', '¿Sí?', 'Sí, este es el buzón de voz de Ana'],
      it: ['Pronto', 'Pronto, sì?', 'Sì, questa è la segreteria telefonica'],
      nl: ['Ja, met Jan', 'een ogenblik'],
      pt: ['Alô', 'Sim, esta é a caixa postal de Ana'],
    }),
  )('%s: %s', (language, text) => {
    expect(acceptanceIn(text, language)).toBeNull()
  })
})

test('keys decide by themselves', () => {
  expect(acceptanceOf('1')).toBe('accept')
  expect(acceptanceOf('2')).toBe('decline')
  for (const digit of ['0', '3', '9', '*', '#', 'A', '', '11']) expect(acceptanceOf(digit)).toBeNull()
})

describe('a caller does not want to wait', () => {
  test.each(
    rows({
      en: [
        'Never mind.',
        'oh forget it',
        'Stop!',
        'cancel',
        "I don't want to wait.",
        'No, go back please',
        'okay, never mind, thanks',
        "I don't want to wait any longer",
        'Stop. Go back.',
        'I’ve changed my mind',
      ],
      'de-AT': [
        'Vergessen Sie es',
        'schon gut',
        'Stopp',
        'abbrechen bitte',
        'Ich möchte nicht warten',
        'Ach, lassen Sie es',
        'nein, zurück bitte',
        'hat sich erledigt, danke',
      ],
      fr: ['Laissez tomber', 'tant pis', 'annuler', "C'est trop long, je ne veux pas attendre", 'non, stop'],
      es: ['No importa', 'olvídelo', 'cancelar por favor', 'no quiero esperar más', 'déjalo'],
      it: ['Lasci stare', 'non importa', 'annulla', 'non voglio aspettare', 'basta, grazie'],
      nl: ['Laat maar', 'stop', 'ik wil niet wachten', 'nee, hoeft niet meer'],
      'pt-PT': ['Esqueça', 'deixa para lá', 'cancelar', 'não quero esperar'],
      ja: ['never mind'],
    }),
  )('%s: %s', (language, text) => {
    expect(isWithdrawal(text, language)).toBe(true)
  })
})

describe('a caller only talks to somebody else, or to nobody', () => {
  test.each(
    rows({
      en: [
        '',
        'no',
        'okay thanks',
        'hello?',
        'stop hitting your sister',
        'I told him to cancel the order',
        'never mind the dog, sit down',
        'they keep me waiting again',
        'come here and stop that noise',
        'we go back on Monday',
      ],
      de: [
        'nein',
        'hallo',
        'der Bus hält an der nächsten Stopp Stelle',
        'ich warte noch',
        'wir fahren zurück nach Köln',
      ],
      fr: ['non merci', 'arrête de courir', 'on va revenir demain'],
      es: ['no', 'para mañana está bien', 'vuelve a casa'],
      it: ['no', 'basta con i giochi'],
      nl: ['nee', 'stop met rennen'],
      pt: ['não', 'para amanhã está bem'],
    }),
  )('%s: %s', (language, text) => {
    expect(isWithdrawal(text, language)).toBe(false)
  })
})

describe('a machine says', () => {
  test.each(
    rows({
      en: [
        'Please leave a message after the tone.',
        'You have reached the voicemail of',
        "Hi, it's Tom. I can't come to the phone",
      ],
      de: [
        'Hier ist die Mailbox von',
        'Der Teilnehmer ist vorübergehend nicht erreichbar',
        'The person you are calling is not available',
        'Sprechen Sie nach dem Signalton',
      ],
      fr: ['Bonjour, laissez un message après le bip', "Votre correspondant n'est pas joignable"],
      es: ['Deje su mensaje después de la señal', 'El número que ha marcado no está disponible'],
      it: [
        'Il cliente da lei chiamato non è al momento raggiungibile',
        'Lasciate un messaggio dopo il segnale acustico',
      ],
      nl: ['Spreek een bericht in na de piep', 'is momenteel niet bereikbaar'],
      pt: ['Deixe sua mensagem após o sinal', 'Caixa postal'],
    }),
  )('%s: %s', (language, text) => {
    expect(isMailboxTalk(text, language)).toBe(true)
  })

  test.each(
    rows({
      en: ['Hello?', 'Sales, Anna speaking', 'This is Tom', 'Yes, put him through', 'not now, call me later'],
      de: ['Hallo?', 'Müller', 'Ja, hier Schmidt', 'nein, jetzt nicht'],
      fr: ['Allô?', 'Oui, Durand'],
      es: ['¿Diga?', 'Sí, dígame'],
      it: ['Pronto?'],
      nl: ['Met Jan de Vries'],
      pt: ['Alô?', 'Estou?'],
    }),
  )('and a person does not, %s: %s', (language, text) => {
    expect(isMailboxTalk(text, language)).toBe(false)
  })
})
