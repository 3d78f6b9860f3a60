// What the switch reports of a leg, as events of its call.

import { unreachable } from '../lib/unreachable.ts'
import type { LegEvent } from '../pbx/pbx.ts'
import type { CallEvent } from './vocabulary.ts'

export function callEventOf(event: LegEvent, atMs: number): CallEvent {
  switch (event.type) {
    case 'digitPressed':
      return { type: 'digitPressed', digit: event.digit, atMs }
    case 'held':
    case 'unheld':
      return { type: event.type, atMs }
    case 'hungUp':
      return { type: 'legHungUp', hangUp: event.hangUp, atMs }
    case 'moved':
      return { type: 'legMoved', atMs }
    case 'lost':
      return { type: 'legLost', message: event.error.message, atMs }
    default:
      return unreachable(event)
  }
}
