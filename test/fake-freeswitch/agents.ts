// Where a dialled address leads: to a person's number, or to the cause for which nobody can be reached.

export interface AddressBook {
  isKnownUser(user: string): boolean
  isKnownGateway(gateway: string): boolean
}

export type Reached = { number: string } | { cause: string }

/** `endpoint`: `sofia/<profile>/<number>@<host>`, `sofia/gateway/<name>/<number>`, `user/<id>@<domain>`, `loopback/…`. */
export function reach(endpoint: string, book: AddressBook): Reached {
  const [kind = '', second = '', third = '', fourth = ''] = endpoint.split('/')
  const beforeHost = (address: string) => address.split('@', 1)[0] ?? ''
  switch (kind) {
    case 'sofia':
      if (second !== 'gateway') return { number: beforeHost(third) }
      return book.isKnownGateway(third) ? { number: fourth } : { cause: 'INVALID_GATEWAY' }
    case 'user':
      return book.isKnownUser(beforeHost(second))
        ? { number: beforeHost(second) }
        : { cause: 'SUBSCRIBER_ABSENT' }
    case 'loopback':
      return { number: second }
    default:
      return { cause: 'CHAN_NOT_IMPLEMENTED' }
  }
}
