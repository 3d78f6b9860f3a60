// config/parley.json5 tells what holds when nothing is configured: it must be true and complete.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import JSON5 from 'json5'
import { describe, expect, it } from 'vitest'
import { handOverTo } from '../../src/call/transfer/destination.ts'
import { schema } from '../../src/config/schema.ts'
import type { Shape } from '../../src/config/shape.ts'
import { load } from './loading.ts'

const path = resolve(import.meta.dirname, '../../config/parley.json5')
const text = readFileSync(path, 'utf8')

/** The paths of all settings in a document, entries and indexes included. */
function settingsIn(shape: Shape, value: unknown, key: string): string[] {
  const within = (inner: Shape, field: string) =>
    settingsIn(inner, (value as Record<string, unknown> | undefined)?.[field], `${key}.${field}`)
  if (value === undefined) return [`missing ${key}`]
  if (shape.is === 'section')
    return Object.entries(shape.fields).flatMap(([field, inner]) => within(inner, field))
  if (shape.is === 'named' || (shape.is === 'list' && shape.entry.is !== 'leaf')) {
    return Object.keys(value as object).flatMap(field => within(shape.entry, field))
  }
  if (shape.is === 'choice') {
    const variant = shape.variants[String((value as Record<string, unknown>)[shape.by])]
    return variant ? settingsIn(variant, value, key) : [`unknown variant ${key}`]
  }
  return []
}

describe('the file of defaults', () => {
  it('changes nothing', () => {
    expect(load({ env: { PARLEY_CONFIG: path } })).toEqual(load())
  })

  it('holds every setting, apart from those that have no value of their own', () => {
    const google = (kind: string, field: string) => `missing .speech.${kind}.0.${field}`
    const optional = ['keyFile', 'projectId', 'endpoint']
    expect(settingsIn(schema, JSON5.parse(text), '').sort()).toEqual(
      [
        'missing .state.dir',
        'missing .transfer.callerId',
        'missing .transfer.statusCallback',
        'missing .web.token',
        'missing .web.tokenEnv',
        ...optional.map(field => google('recognizers', field)),
        ...optional.map(field => google('synthesizers', field)),
      ].sort(),
    )
  })

  it('shows the others in its comments', () => {
    for (const field of [
      'dir',
      'keyFile',
      'projectId',
      'endpoint',
      'url',
      'secret',
      'secretEnv',
      'timeouts',
      'token',
      'tokenEnv',
      'callerId',
    ]) {
      expect(text).toMatch(new RegExp(`//.*\\b${field}:`))
    }
  })

  it('has examples that are allowed', () => {
    const file = ['engines: {', 'destinations: {', 'patterns: ['].reduce(uncommented, text)
    const { engines, destinations, transfer } = load({
      file: file.replace("secret: '…'", "secret: '12345678'"),
      files: { '/etc/parley/flows/reception.json5': '' },
      env: { TWILIO_SIP_TRUNK_DOMAIN: 'example.pstn.twilio.com' },
    })
    expect(Object.keys(engines)).toContain('booking')
    expect(destinations.support).toEqual(handOverTo('support', { number: '5000', context: 'default' }))
    expect(destinations.sales?.ladder.map(({ dialables }) => dialables.length)).toEqual([1, 2, 1])
    expect(transfer.patterns).toHaveLength(4)
  })
})

/** Without the comment marks from the last line that ends with `begin` to the end of what it begins. */
function uncommented(whole: string, begin: string): string {
  const at = whole.lastIndexOf(`${begin}\n`)
  const indent = /[^\n]*$/.exec(whole.slice(0, at))?.[0] ?? ''
  const end = whole.indexOf(`\n${indent}${begin.endsWith('[') ? ']' : '}'}`, at)
  const inside = whole.slice(at, end).replace(/^(\s*)\/\/ (?!Signs)/gm, '$1')
  return whole.slice(0, at) + inside + whole.slice(end)
}
