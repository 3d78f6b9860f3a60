// How a call begins: the caller is told that they are recorded where they must be, then the engine greets them. A call that comes
// back goes on instead.

import type { Piece } from '../vocabulary.ts'
import { ask } from './answering.ts'
import { comeBack } from './returning.ts'
import type { Dialogue, Past, Step } from './state.ts'

/** The caller is answered and can be heard. */
export function begin(d: Dialogue, atMs: number): Step {
  if (d.phase.is !== 'opening') return [d, []]
  const { past } = d.phase
  const ms = Math.max(1, d.settings.policy.maxMs - (past?.lastedMs ?? 0))
  const [begun, commands] =
    past === null || past.way.to === 'beginning' ? welcome(d, atMs) : welcomeBack(d, past, atMs)
  return [begun, [{ type: 'startTimer', name: 'call', turn: null, ms }, ...commands]]
}

function welcome(d: Dialogue, atMs: number): Step {
  const { keep, consent } = d.settings.recording
  return keep && consent !== '' ? inform(d) : greet(d, keep, atMs)
}

/** Who was told that they are recorded is not told again. */
function welcomeBack(d: Dialogue, past: Past, atMs: number): Step {
  const [back, commands] = comeBack(d, past, atMs)
  return [back, past.isKept ? [{ type: 'keepRecording' }, ...commands] : commands]
}

/** The turn before the greeting, in which no engine has a part. */
const INFORMING_TURN = -1

function inform(d: Dialogue): Step {
  const { own, recording } = d.settings
  const piece: Piece = { kind: 'phrase', text: recording.consent, ...own, interruptible: false }
  const turn = INFORMING_TURN
  return [
    { ...d, turn, phase: { is: 'informing' } },
    [
      { type: 'speak', turn, piece },
      { type: 'finishSpeech', turn },
    ],
  ]
}

export function greet(d: Dialogue, keep: boolean, atMs: number): Step {
  const [asked, commands] = ask(d, { type: 'start' }, atMs)
  return [asked, keep ? [{ type: 'keepRecording' }, ...commands] : commands]
}
