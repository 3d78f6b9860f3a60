// What the switch tells of one channel, to those parts of a leg whom it concerns.

import type { LegEvent } from '../pbx.ts'
import { digitPressed } from './facts.ts'
import type { Playbacks } from './playbacks.ts'
import type { Recordings } from './recordings.ts'
import type { Visits } from './visits.ts'

type Headers = Readonly<Record<string, string>>

export interface Hearers {
  playbacks: Playbacks
  recordings: Recordings
  visits: Visits
  /** For the leg's owner. */
  told(event: LegEvent | undefined): void
  /** Our own application is over while the channel lives: it is on its way to another place. */
  moved(): void
  recordingStopped(event: Headers): void
  /** The channel is going: its last events are still to come. */
  down(event: Headers): void
  hungUp(event: Headers): void
}

export function hearEvent(name: string, event: Headers, hearers: Hearers): void {
  switch (name) {
    case 'CHANNEL_EXECUTE':
      return hearers.playbacks.onExecute(event['Application-UUID'] ?? '')
    case 'PLAYBACK_START':
      return hearers.playbacks.onPlaybackStart(stampUs(event))
    case 'PLAYBACK_STOP':
      return hearers.playbacks.onPlaybackStop(stampUs(event), event['Playback-Status'] ?? '')
    case 'CHANNEL_EXECUTE_COMPLETE':
      return hearComplete(event, hearers)
    case 'RECORD_START':
      return hearers.recordings.onRecordStart(event['Record-File-Path'] ?? '')
    case 'RECORD_STOP':
      return hearers.recordingStopped(event)
    case 'CUSTOM':
      return hearers.visits.onMaintenance(event)
    case 'DTMF':
      return hearers.told(digitPressed(event))
    case 'CHANNEL_HOLD':
    case 'CHANNEL_UNHOLD':
      hearers.playbacks.setHeld(name === 'CHANNEL_HOLD')
      return hearers.told({ type: name === 'CHANNEL_HOLD' ? 'held' : 'unheld' })
    case 'CHANNEL_HANGUP':
      return hearers.down(event)
    case 'CHANNEL_HANGUP_COMPLETE':
      return hearers.hungUp(event)
  }
}

function hearComplete(event: Headers, { playbacks, moved }: Hearers): void {
  const hungUp = event['Hangup-Cause'] !== undefined
  if (event.Application !== 'socket') {
    playbacks.onComplete(event['Application-UUID'] ?? '', event['Application-Response'] ?? '', hungUp)
  } else if (!hungUp) moved()
}

function stampUs(event: Headers): number {
  return Number(event['Event-Date-Timestamp'] ?? 0)
}
