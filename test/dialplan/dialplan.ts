// The shipped dialplan as data, for tests: extensions with their conditions and actions, and the same as
// steps of the embedded switch.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Dial, DialplanStep } from '../fake-freeswitch/call-flow.ts'

export interface Action {
  application: string
  data: string
}

export interface Condition {
  field: string
  expression: string
  /** FreeSWITCH's default is on-false. */
  onMismatch: string
  actions: Action[]
}

export interface Extension {
  attributes: Readonly<Record<string, string>>
  conditions: Condition[]
}

const FOLDER = join(import.meta.dirname, '../../dialplan')
const TEMPLATES = join(FOLDER, 'fusionpbx/app/parley/resources/switch/conf/dialplan')

export const plainText = readFileSync(join(FOLDER, 'parley.xml'), 'utf8')
const NAMES = [
  '190_parley_enough',
  '191_parley',
  '191_parley_again',
  '191_parley_return',
  '191_parley_room',
  '192_parley_no_room',
  '192_parley_people',
]
export const profileText = readFileSync(join(FOLDER, 'conference-parley.xml'), 'utf8')
export const profileRows = readFileSync(join(FOLDER, 'fusionpbx/conference-parley.sql'), 'utf8')
export const templateTexts = NAMES.map(name => readFileSync(join(TEMPLATES, `${name}.xml`), 'utf8'))

/** Reads what these files are written in, not all of XML. */
export function extensionsIn(text: string): Extension[] {
  const bare = text.replace(/<!--[\s\S]*?-->/g, '')
  return [...bare.matchAll(/<extension\b([^>]*)>([\s\S]*?)<\/extension>/g)].map(
    ([, head = '', body = '']) => ({
      attributes: attributesIn(head),
      conditions: [...body.matchAll(/<condition\b([^>]*?)(?:\/>|>([\s\S]*?)<\/condition>)/g)].map(
        ([, line = '', inside = '']) => {
          const { field = '', expression = '', break: onMismatch = 'on-false' } = attributesIn(line)
          return { field, expression, onMismatch, actions: actionsIn(inside) }
        },
      ),
    }),
  )
}

function actionsIn(text: string): Action[] {
  return [...text.matchAll(/<action\b([^>]*?)\/>/g)].map(([, line = '']) => {
    const { application = '', data = '' } = attributesIn(line)
    return { application, data }
  })
}

function attributesIn(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]))
}

/**
 * The actions that a call with these variables gets, captures filled in: FreeSWITCH decides them before it
 * runs the first.
 */
export function actionsFor(
  extensions: readonly Extension[],
  variables: Readonly<Record<string, string>>,
): { name: string; actions: Action[] } {
  for (const { attributes, conditions } of extensions) {
    const actions = matching(conditions, variables)
    if (actions) return { name: attributes.name ?? '', actions }
  }
  return { name: '', actions: [] }
}

function matching(
  conditions: readonly Condition[],
  variables: Readonly<Record<string, string>>,
): Action[] | undefined {
  const actions: Action[] = []
  for (const condition of conditions) {
    const name = condition.field.replace(/^\$\{(.*)\}$/, '$1')
    const found = new RegExp(condition.expression).exec(variables[name] ?? '')
    if (found) {
      const filled = condition.actions.map(({ application, data }) => ({
        application,
        data: data.replace(/\$(\d)/g, (_, number) => found[number] ?? ''),
      }))
      actions.push(...filled)
    } else if (condition.onMismatch !== 'never') return undefined
  }
  return actions
}

export interface Premises {
  listener: Dial
  /** The file that says "one moment, please". */
  oneMoment: string
  /** In place of the seconds of the timer. */
  timerMs?: number
}

/** The same as the embedded switch takes it. */
export function stepsOf(
  actions: readonly Action[],
  { listener, oneMoment, timerMs }: Premises,
): DialplanStep[] {
  return actions.flatMap(({ application, data }): DialplanStep[] => {
    switch (application) {
      case 'set': {
        if (/\$\{sched_del\(/.test(data)) return [{ do: 'unschedule' }]
        if (/\$\{uuid_record\(/.test(data)) return [{ do: 'stopRecordings' }]
        const [name = '', value = ''] = data.split('=')
        return [{ do: 'set', name, value }]
      }
      case 'unset':
        return []
      case 'answer':
        return [{ do: 'answer' }]
      case 'playback':
        return [{ do: 'playback', path: oneMoment }]
      case 'sched_transfer': {
        const [seconds = '', to = ''] = data.split(' ')
        return [{ do: 'schedTransfer', afterMs: timerMs ?? Number(seconds) * 1_000, to }]
      }
      case 'socket':
        return [{ do: 'socket', to: [listener] }]
      case 'transfer':
        return [{ do: 'transfer', to: data.split(' ', 1)[0] ?? '' }]
      case 'conference':
        return [{ do: 'execute', app: 'conference', data }]
      case 'hangup':
        return [{ do: 'hangUp', cause: data }]
      default:
        throw new Error(`the embedded switch is not told how to ${application}`)
    }
  })
}
