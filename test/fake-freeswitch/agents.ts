// Where a dialled address leads: to a person's number, or to the cause for which nobody can be reached.

import type { PersonScript } from './person-script.ts'

export interface AddressBook {
  /** Who answers under a number. */
  person(number: string): PersonScript
  isKnownUser(user: string): boolean
  gateway(name: string): 'up' | 'down' | 'unknown'
  isSipProfile(name: string): boolean
}

/** A telephone that rings. */
export interface Phone {
  number: string
  /** What its leg is called. */
  channelName: string
  script: PersonScript
}

export type Reached = { phones: readonly Phone[] } | { cause: string }

/**
 * `endpoint`: `sofia/<profile>/[sip:]<number>@<host>[:port][;transport=…]`, `sofia/gateway/<name>/<number>`,
 * `user/<id>@<domain>`, `loopback/<number>[/<context>]`, `error/<cause>`.
 */
export function reach(endpoint: string, book: AddressBook): Reached {
  const [kind = '', second = '', ...rest] = endpoint.split('/')
  switch (kind) {
    case 'sofia':
      return second === 'gateway'
        ? throughGateway(endpoint, rest, book)
        : direct(endpoint, second, rest, book)
    case 'user':
      return user(second, book)
    case 'loopback':
      return one({ number: second, channelName: `loopback/${second}-a` }, book)
    case 'error':
      return { cause: second.toUpperCase() }
    default:
      return { cause: 'CHAN_NOT_IMPLEMENTED' }
  }
}

function one(phone: Omit<Phone, 'script'>, book: AddressBook): Reached {
  return { phones: [{ ...phone, script: book.person(phone.number) }] }
}

function beforeHost(address: string): string {
  return (address.split('@', 1)[0] ?? '').replace(/^sips?:/, '')
}

function direct(endpoint: string, profile: string, rest: readonly string[], book: AddressBook): Reached {
  const address = rest.join('/')
  if (profile === '' || address === '') return { cause: 'INVALID_URL' }
  if (!book.isSipProfile(profile)) return { cause: 'INVALID_PROFILE' }
  // Without a host it would be looked up among those who have registered.
  if (!address.includes('@')) return { cause: 'USER_NOT_REGISTERED' }
  return one({ number: beforeHost(address), channelName: endpoint.split(';', 1)[0] ?? endpoint }, book)
}

/** A gateway that is not up refuses at once. */
function throughGateway(
  endpoint: string,
  [name = '', ...rest]: readonly string[],
  book: AddressBook,
): Reached {
  const number = rest.join('/')
  switch (book.gateway(name)) {
    case 'unknown':
      return { cause: 'INVALID_GATEWAY' }
    case 'down':
      return { cause: 'GATEWAY_DOWN' }
    case 'up':
      return one({ number, channelName: endpoint.replace(/^sofia\/gateway\/[^/]*/, 'sofia/external') }, book)
  }
}

/** A user's phones ring together, each under the address that it has registered with. */
function user(address: string, book: AddressBook): Reached {
  const number = beforeHost(address)
  if (!book.isKnownUser(number)) return { cause: 'SUBSCRIBER_ABSENT' }
  const script = book.person(number)
  const phones = script.phones ?? [script]
  if (script.unregistered || phones.length === 0) return { cause: 'USER_NOT_REGISTERED' }
  return {
    phones: phones.map((phone, at) => ({
      number,
      channelName: `sofia/internal/${number}@127.0.0.1:${FIRST_PHONE_PORT + at}`,
      script: phone,
    })),
  }
}

const FIRST_PHONE_PORT = 5_071
