// Variables of a set-up before this one: each stands for a setting where the file has none.

import { variables } from './environment.ts'
import { type Fault, HIDDEN, show } from './faults.ts'
import { dialled } from './targets.ts'
import { inside, isObject } from './written.ts'

type Content = Readonly<Record<string, unknown>>
type Environment = Readonly<Record<string, string | undefined>>

const FORMER: Readonly<Record<string, string>> = {
  FREEPBX_DOMAIN: 'transfer.freepbx.domain',
  FREEPBX_SIP_PORT: 'transfer.freepbx.port',
  TWILIO_SIP_TRUNK_DOMAIN: 'transfer.twilio.domain',
  TWILIO_TRUNK_NUMBER: 'transfer.twilio.trunkNumber',
  TRANSFER_TIMEOUT: 'transfer.ringSeconds',
  TRANSFER_CALLER_ID_FORMAT: 'transfer.callerId',
}

/** The document, with what former variables say where it says nothing. */
export function withFormer(document: Content, env: Environment, faults: Fault[]): Content {
  let whole = withInboundNumber(document, env.TWILIO_INBOUND_NUMBER, faults)
  for (const [name, setting] of Object.entries(FORMER)) {
    const text = env[name]
    const shape = variables.find(({ key }) => key === setting)?.shape
    if (shape?.is !== 'leaf') throw new Error(`${name} stands for no setting`)
    if (text === undefined || text === '') continue
    const { rule } = shape
    const value = rule.read(text)
    if (rule.accepts(value)) whole = withDefault(whole, setting.split('.'), value)
    else faults.push({ key: name, value: rule.shown ? show(text) : HIDDEN, allowed: rule.allowed, setting })
  }
  return whole
}

/** The number becomes the default profile's. */
function withInboundNumber(document: Content, number: string | undefined, faults: Fault[]): Content {
  if (number === undefined || number === '') return document
  if (dialled.accepts(number)) return withDefault(document, ['profiles', 'default', 'numbers'], [number])
  faults.push({ key: 'TWILIO_INBOUND_NUMBER', value: show(number), allowed: dialled.allowed })
  return document
}

/** Leaves alone what is written there, right or wrong; '' stands for none. */
function withDefault(content: Content, [field = '', ...further]: readonly string[], value: unknown): Content {
  const written = inside(content, field)
  if (further.length === 0)
    return written === undefined || written === '' ? { ...content, [field]: value } : content
  if (written !== undefined && !isObject(written)) return content
  return { ...content, [field]: withDefault(written ?? {}, further, value) }
}
