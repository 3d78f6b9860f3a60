// The minds a profile may name: a flow in a file, or a server behind an address.

import { flag, oneOf, path, secret, variableName, webAddress, wholeNumber } from './rules.ts'
import { asPath, choice, named, optional, required, section, setting } from './shape.ts'

/** The flow that Parley brings along, beside the file of defaults. */
export const BUILT_IN_FLOW = 'flows/reception.json5'

const flow = section({
  type: required(oneOf('flow'), 'a conversation as a file'),
  file: asPath(required(path, 'the flow')),
})

const waitMs = wholeNumber(100, 120_000)

const http = section({
  type: required(oneOf('http'), 'a server that is asked by HTTP'),
  url: required(webAddress, 'where requests are posted'),
  secret: optional(secret, 'signs every request'),
  secretEnv: optional(variableName, 'environment variable that holds the secret'),
  speculative: setting(
    flag,
    false,
    'whether it may be asked before it is certain what the caller says; it must do nothing then but answer',
  ),
  timeouts: section({
    connectMs: setting(waitMs, 2_000, 'to connect'),
    firstActionMs: setting(waitMs, 8_000, 'from then to the first action'),
    betweenActionsMs: setting(waitMs, 10_000, 'from one action to the next'),
  }),
})

export const enginesShape = named(
  choice('type', { flow, http }),
  { reception: { type: 'flow', file: BUILT_IN_FLOW } },
  'minds of conversations, by name',
)
