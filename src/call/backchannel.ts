// What is said into the assistant's words without wanting the floor: "uh-huh", "okay, yes", and our own words coming back.

import { primaryLanguage, wordSet } from '../lib/words.ts'
import { wordsOf } from './words.ts'

/** Longer than this nobody only listens. */
const WORDS_LIMIT = 3

const EVERYWHERE = 'mhm mm mmm mmhm hm hmm hmmm uhu uhuh aha ah oh ok okay'
const BY_LANGUAGE: Readonly<Record<string, string>> = {
  en: 'uh huh yeah yep yup yes right sure fine good great alright i see got it cool',
  de: 'ja jo jawohl genau gut schön klar alles verstehe ach so richtig stimmt prima',
  fr: 'oui ouais daccord bien voilà très exactement entendu je vois',
  es: 'sí si ya vale claro bien bueno ajá entiendo exacto',
  it: 'sì si già va bene certo bene giusto capisco esatto ecco',
  nl: 'ja jawel goed prima precies oké duidelijk juist snap',
  pt: 'sim tá pois certo bem claro entendi exato isso',
}

const lists = new Map(
  Object.entries(BY_LANGUAGE).map(([language, words]) => [language, wordSet(`${EVERYWHERE} ${words}`)]),
)
const everywhere = wordSet(EVERYWHERE)

/** Whether somebody who says this in the middle of our words goes on listening. `language` is BCP 47. */
export function isBackchannel(text: string, language: string): boolean {
  const words = wordsOf(text).map(word => word.replaceAll("'", ''))
  const list = lists.get(primaryLanguage(language)) ?? everywhere
  return words.length > 0 && words.length <= WORDS_LIMIT && words.every(word => list.has(word))
}

/** One or two of our words are often the answer: "Monday or Tuesday?" */
const ECHO_WORDS = 3

/** Whether this is what they have just heard from us, come back over the line. */
export function isEcho(text: string, heard: string): boolean {
  const words = wordsOf(text)
  return words.length >= ECHO_WORDS && ` ${wordsOf(heard).join(' ')} `.includes(` ${words.join(' ')} `)
}
