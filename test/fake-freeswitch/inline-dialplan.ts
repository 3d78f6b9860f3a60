// A dialplan in the argument of a transfer or an originate: `app:data,app:data`, or with a separator of one's own,
// `m:^:app:data^app:data`.

import type { DialplanStep } from './call-flow.ts'
import { separated } from './separated.ts'

export interface InlineApp {
  app: string
  data: string
}

export function readInline(text: string): InlineApp[] {
  const own = /^m:(.):/s.exec(text)
  const list = own ? text.slice(4) : text
  return separated(list, own?.[1] ?? ',').flatMap(one => {
    const cut = one.indexOf(':')
    const app = (cut < 0 ? one : one.slice(0, cut)).trimStart()
    return app === '' ? [] : [{ app, data: cut < 0 ? '' : one.slice(cut + 1) }]
  })
}

/** The application `sched_transfer`: `+<seconds> <extension or inline> [<dialplan>]`. */
export function scheduledTransfer(
  data: string,
  stepsFor: (app: string, data: string) => readonly DialplanStep[],
): DialplanStep {
  const [when = '', target = '', dialplan = ''] = separated(data, ' ')
  const afterMs = (Number.parseInt(when.replace('+', ''), 10) || 0) * 1_000
  const isInline = dialplan === 'inline'
  const to = isInline ? readInline(target).flatMap(({ app, data: given }) => stepsFor(app, given)) : target
  return { do: 'schedTransfer', afterMs, to }
}
