// The transfers of a day, as its journals and the daemon's news have them: step by step, with one outcome each, and nothing that
// was announced unheard.

import type { Breaches } from './broken.ts'
import type { World } from './day.ts'
import type { Entry } from './journals.ts'
import type { CallerPlan, Plan } from './plan.ts'

/** What becomes of a transfer is told by its daemon, unless that was killed, or has left two people to themselves. */
export function checkOutcomes({ plan, ledger, daemon, callers }: World, breaches: Breaches): void {
  const last = daemon.life?.number
  // Whose connection is lost while they talk goes on talking, and nobody is there to tell the end.
  const isCut = (callId: string | null) =>
    plan.callers.some(
      ({ acts }, at) => callers[at]?.id === callId && acts.some(({ act }) => act.does === 'cutsWire'),
    )
  for (const { life, callId, told, outcomes } of ledger.transfers.values()) {
    if (outcomes.length > 1) breaches.add('one-outcome', `a transfer was ${outcomes.join(' and ')}`)
    if (outcomes.length === 0 && life === last && !(told.includes('answered') && isCut(callId)))
      breaches.add('one-outcome', `a transfer was ${told.join(', ')} and nothing more`)
    // On each rung it rings.
    const order = told
      .map(status => STATUSES.indexOf(status))
      .filter((at, index, all) => at !== 1 || all[index - 1] !== 1)
    if (order.some((at, index) => index > 0 && at <= (order[index - 1] ?? -1)))
      breaches.add('transfer-in-order', `a transfer was ${told.join(', ')}`)
  }
}

const STATUSES = ['initiated', 'ringing', 'answered', 'completed']

type Stage = 'none' | 'begun' | 'dialling' | 'ringing' | 'briefing' | 'accepted' | 'joined'

/** Of one call in one life. */
export function checkSteps(stretch: readonly Entry[], breaches: Breaches): void {
  let stage: Stage = 'none'
  let rung = -1
  for (const entry of stretch) {
    const goesWrong = (what: string) =>
      breaches.add('transfer-in-order', `${what} of a transfer that is ${stage}`)
    switch (entry.type) {
      case 'leaving': {
        const next = entry.next as { does?: string } | null
        // Another one begins, or none goes on; that somebody is joined is told beforehand.
        if (next?.does === 'bring') stage = 'begun'
        break
      }
      case 'transferProgressed': {
        const state = entry.state as 'dialling' | 'ringing' | 'briefing'
        if (state !== 'dialling' && (stage === 'none' || stage === 'begun')) goesWrong(state)
        if (stage === 'joined') goesWrong(state)
        if (Number(entry.rung) < rung && state !== 'dialling') goesWrong('a rung that was left')
        rung = Number(entry.rung)
        stage = state
        break
      }
      case 'agentAccepted':
        if (stage !== 'briefing' && stage !== 'ringing' && stage !== 'dialling') goesWrong('an acceptance')
        stage = 'accepted'
        break
      case 'agentJoined':
        if (stage !== 'accepted') goesWrong('a meeting')
        stage = 'joined'
        break
      case 'talkEnded':
        if (stage !== 'joined') goesWrong('the end of a talk')
        stage = 'none'
        break
      case 'transferEnded':
        if (stage === 'none') goesWrong('the end')
        stage = 'none'
        rung = -1
        break
    }
  }
}

/** The engine hears of each transfer once. */
export function checkTold(stretch: readonly Entry[], breaches: Breaches): void {
  let reasons = 0
  for (const { type, question, directive } of stretch) {
    // What may lead to it: the end of one, a word or a key of the caller's, or what nobody can be sent to.
    if (/^(transferEnded|talkEnded|transferFailed|utteranceHeard|digitPressed|timeUp|resumed)$/.test(type))
      reasons = 1
    if ((directive as { type?: string } | undefined)?.type === 'transfer') reasons = 1
    if (type !== 'asked' || (question as { type?: string }).type !== 'transferEnded') continue
    if (reasons === 0) breaches.add('one-outcome', 'an engine was told twice what became of a transfer')
    reasons = 0
  }
}

/** Where nothing is lost and nobody holds, what is announced is heard to its end before anybody is met. */
export function checkAnnounced(
  plan: Plan,
  caller: CallerPlan,
  stretch: readonly Entry[],
  breaches: Breaches,
): void {
  const { wire, voices, happenings } = plan
  const isDisturbed =
    wire.slow !== null ||
    wire.events !== null ||
    voices.some(({ speaks }) => speaks !== 'well') ||
    happenings.some(
      ({ happens }) => happens === 'prompts vanish' || happens === 'disk full' || happens === 'disk slow',
    ) ||
    caller.acts.some(({ act }) => MOVING.has(act.does))
  if (isDisturbed) return
  let announced: { text: string; turn: number; goes: boolean } | undefined
  let heard = ''
  let lastTurn: unknown
  for (const entry of stretch) {
    const { to, announce, type } = (entry.directive ?? {}) as {
      to?: string
      announce?: string
      type?: string
    }
    if (entry.type === 'asked') heard = ''
    // Only the first of a turn counts.
    const isFirst = type === 'transfer' && entry.turn !== lastTurn
    if (isFirst) lastTurn = entry.turn
    if (entry.type === 'directiveGiven' && isFirst && to !== undefined && announce)
      announced = { text: bare(announce), turn: Number(entry.turn), goes: false }
    else if (entry.type === 'asked' || entry.type === 'digitPressed') announced = undefined
    if (!announced) continue
    if (entry.type === 'leaving') {
      const next = entry.next as { because?: { how?: string } } | null
      announced.goes = next?.because?.how === 'engine'
    }
    if (entry.type === 'promptSpoken' && entry.turn === announced.turn && entry.how === 'completed')
      heard += bare(String(entry.text))
    const isMet = entry.type === 'agentJoined' || entry.type === 'legMoved'
    if (isMet && announced.goes && !heard.endsWith(announced.text))
      breaches.add('announced', 'somebody was met before the announcement was heard')
    if (isMet || entry.type === 'transferRequested') announced = undefined
  }
}

function bare(text: string): string {
  return text.replaceAll(' ', '')
}

const MOVING = new Set(['holds', 'cutsWire', 'stallsWire', 'stallsRecordings', 'isTransferred', 'isHungUpOn'])
