// Transfers as stories: what a caller lives through while somebody is fetched, step by step, without a switch.

import { describe, expect, test } from 'vitest'
import type { Bringing, Dialogue, DialogueSettings, Past, Phase } from '../../src/call/dialogue/state.ts'
import { newDialogue } from '../../src/call/dialogue/state.ts'
import { step } from '../../src/call/dialogue.ts'
import type { HandOverReason } from '../../src/call/ending.ts'
import type { Way } from '../../src/call/recollection.ts'
import type { Destination } from '../../src/call/transfer/destination.ts'
import type { CallEvent } from '../../src/call/vocabulary.ts'
import {
  announcing,
  asked,
  at,
  bringing,
  complete,
  desk,
  listening,
  neverMind,
  people,
  phases,
  play,
  press,
  ready,
  said,
  sales,
  say,
  settings,
  speaking,
  supervisor,
  TURN,
  waiting,
} from './dialogues.ts'

const fault: HandOverReason = { why: 'fault', fault: 'engine', message: 'no' }
const progressed = (rung: number): CallEvent => ({
  type: 'transferProgressed',
  state: 'ringing',
  rung,
  atMs: 0,
})
const accepted: CallEvent = { type: 'agentAccepted', atMs: 0 }
const joined: CallEvent = { type: 'agentJoined', atMs: 0 }
const talked: CallEvent = { type: 'talkEnded', atMs: 0 }
const held: CallEvent = { type: 'held', atMs: 0 }
const unheld: CallEvent = { type: 'unheld', atMs: 0 }
const declined: CallEvent = { type: 'transferEnded', outcome: 'declined', cause: 'CALL_REJECTED', atMs: 0 }
const deaf: CallEvent = { type: 'earFailed', message: 'no sound', atMs: 0 }

/** The engine of the running turn wants the caller transferred. */
const transfer = (d: Dialogue, to: string, announce: string | null = null): CallEvent => ({
  type: 'directiveGiven',
  turn: d.turn,
  directive: { type: 'transfer', to, announce },
  atMs: 0,
})
/** All of what is said has been heard. */
const heard = (d: Dialogue): CallEvent => ({ type: 'speechFinished', turn: d.turn, atMs: 0 })
const answered = (d: Dialogue): CallEvent => ({ type: 'answerFinished', turn: d.turn, atMs: 0 })

/** As `play`, with events that need the turn they meet. */
function live(
  d: Dialogue,
  ...happened: (CallEvent | ((d: Dialogue) => CallEvent))[]
): ReturnType<typeof play> {
  const commands: string[] = []
  let current = d
  for (const one of happened) {
    const after = play(current, typeof one === 'function' ? one(current) : one)
    current = after.d
    commands.push(...after.commands)
  }
  return { d: current, commands }
}

function withSettings(more: Partial<DialogueSettings>): Partial<Dialogue> {
  return { settings: { ...settings, ...more } }
}

function withPhrases(phrases: Partial<DialogueSettings['phrases']>): Partial<Dialogue> {
  return withSettings({ phrases: { ...settings.phrases, ...phrases } })
}

const reached = (transfer: Partial<Bringing>): Phase => ({
  is: 'waiting',
  transfer: { ...bringing, ...transfer },
})
/** People who are fetched. */
const team: Destination = { ...desk, name: 'team' }
const callTeam = withSettings({ people: team })

describe('somebody is fetched', () => {
  const begun = play(at(speaking), transfer(at(speaking), 'desk', 'To the desk.'))

  test('while the announcement is still spoken', () => {
    expect(begun.commands).toEqual([
      'stop engine',
      'speak "To the desk."',
      'listen open',
      'finishSpeech',
      'bring desk 0',
    ])
  })

  test('and accepts early: the announcement is heard to its end, and no music', () => {
    const early = play(begun.d, progressed(0), accepted)
    expect(early.commands).toEqual([])
    const { d, commands } = live(early.d, heard, joined)
    expect(commands).toEqual(['deafen', 'meet', 'start closing 20000', 'stop closing'])
    expect(d.phase).toMatchObject({ is: 'together', transfer: { to: desk } })
  })

  test('and accepts later: the caller hears music until then', () => {
    const second = play(begun.d, progressed(1))
    expect(second.d.phase).toMatchObject({ next: { agent: { is: 'coming', rung: 1 } } })
    const { d, commands } = live(second.d, heard, accepted)
    expect(commands).toEqual([
      'listen open',
      'playMusic',
      'stopMusic',
      'deafen',
      'meet',
      'start closing 20000',
    ])
    expect(d.phase.is).toBe('meeting')
  })

  test('and declines during the announcement, of which the caller hears afterwards', () => {
    const early = play(begun.d, declined)
    expect(early.commands).toEqual([])
    const { d, commands } = live(early.d, heard)
    expect(asked(d)).toEqual({
      type: 'transferEnded',
      to: 'desk',
      outcome: 'declined',
      cause: 'CALL_REJECTED',
    })
    expect(commands).not.toContain('playMusic')
    expect(commands).not.toContain('withdrawTransfer')
  })

  test('and hangs up again before the announcement is over', () => {
    const { d } = live(begun.d, accepted, declined, heard)
    expect(asked(d)).toMatchObject({ type: 'transferEnded', outcome: 'declined' })
  })

  test('without an announcement: the caller is told all the same', () => {
    const thinking = at(phases['thinking:speech'] as Phase)
    expect(play(thinking, transfer(thinking, 'desk')).commands).toContain('speak "One moment."')
  })

  test('without an announcement after words of the engine: they are enough', () => {
    const { d, commands } = play(at(speaking), transfer(at(speaking), 'desk'))
    expect(commands).toEqual(['stop engine', 'listen open', 'finishSpeech', 'bring desk 0'])
    expect(d.phase).toMatchObject({ is: 'speaking', next: { does: 'bring' } })
  })

  test('and the two do not meet in time: the agent is called off', () => {
    const timeUp: CallEvent = { type: 'timeUp', name: 'closing', turn: TURN, atMs: 0 }
    const { d, commands } = play(at(phases.meeting as Phase), timeUp)
    expect(asked(d)).toMatchObject({ type: 'transferEnded', outcome: 'failed' })
    expect(commands).toContain('withdrawTransfer')
  })

  test('and nobody has words for it: the profile tells that nobody comes', () => {
    expect(live(at(waiting), declined, answered).commands).toContain('speak "Nobody is there."')
  })

  test('by an engine without a destination that is open', () => {
    const closed = { ...desk, hours: { timeZone: 'UTC', open: [], holidays: ['01-01'] } }
    const d = at(speaking, withSettings({ places: { ...settings.places, destinations: { desk: closed } } }))
    const { d: told, commands } = play(d, transfer(d, 'desk', 'To the desk.'))
    expect(asked(told)).toMatchObject({ type: 'transferEnded', outcome: 'unreachable', cause: 'closed now' })
    expect(commands.join()).not.toContain('bring')
  })

  test('who stands in for a closed destination', () => {
    const holidays = { timeZone: 'UTC', open: [], holidays: ['01-01'] }
    const destinations = {
      night: { ...desk, name: 'night' },
      desk: { ...desk, hours: holidays, whenClosed: 'night' },
    }
    const d = at(speaking, withSettings({ places: { ...settings.places, destinations } }))
    expect(play(d, transfer(d, 'desk')).commands).toContain('bring night 0')
  })
})

describe('never mind', () => {
  test.each([
    ['in words', [neverMind]],
    ['by key', press('*')],
  ] as const)(
    '%s during the announcement calls the agent off at once; the caller is asked about it after it',
    (_, how) => {
      const { d, commands } = play(at(announcing), ...how, ...how, ...press('5'))
      expect(commands).toEqual(['withdrawTransfer'])
      const after = live(d, accepted, heard)
      expect(after.commands).not.toContain('withdrawTransfer')
      expect(asked(after.d)).toMatchObject({ type: 'transferEnded', outcome: 'withdrawn' })
    },
  )

  test('calls off an agent who has taken the call, too, until they meet', () => {
    const { d, commands } = live(at({ ...announcing, next: ready }), neverMind, ...press('*'), heard)
    expect(commands[0]).toBe('withdrawTransfer')
    expect(commands).toContain('ask 4 transferEnded')
    expect(d.phase.is).toBe('thinking')
    const meeting = at({ is: 'meeting', transfer: ready })
    expect(live(meeting, neverMind, ...press('*'))).toEqual({ d: meeting, commands: [] })
  })

  test('is nothing else that is said: the caller talks to others meanwhile', () => {
    const talk: CallEvent = { type: 'utteranceHeard', utterance: said, atMs: 0 }
    expect(play(at(waiting), { type: 'callerSpoke', atMs: 0 }, talk).d.phase).toEqual(waiting)
  })

  test('does not hand over to where nobody asked to go', () => {
    const voicemail = { ...desk, handOver: sales }
    expect(play(at(reached({ to: voicemail })), neverMind).d.phase.is).toBe('thinking')
  })

  test('is no refusal that would be held against the engine', () => {
    expect(play(at(waiting, { refusals: 2 }), neverMind).d).toMatchObject({ refusals: 0 })
  })

  test('and then the key for people fetches them, also those who have just been called off', () => {
    const waits = at({ ...announcing, next: { ...bringing, to: team } }, callTeam)
    expect(play(waits, ...press('0')).commands).toEqual([])
    expect(play(waits, ...press('*0')).commands).toContain('bring team 0')
  })

  test('has no key where the profile has none', () => {
    expect(play(at(waiting, withSettings({ withdrawKey: null })), ...press('*')).commands).toEqual([])
  })
})

describe('a caller who holds', () => {
  test('meets the agent who has accepted meanwhile when they are back', () => {
    const away = play(at(waiting), held, accepted)
    expect(away.commands).toEqual([])
    const back = play(away.d, unheld)
    expect(back.commands).toEqual(['stopMusic', 'deafen', 'meet', 'start closing 20000'])
  })

  test('hears the rest of the announcement first', () => {
    const back = play(at(announcing), held, accepted, unheld)
    expect(back.d.phase).toMatchObject({ is: 'speaking', next: { agent: { is: 'ready' } } })
    expect(live(back.d, heard).commands).toContain('meet')
  })

  test('hears when they are back that nobody comes', () => {
    const away = play(at(waiting), held, declined)
    expect(away.d.phase.is).toBe('held')
    expect(asked(play(away.d, unheld).d)).toMatchObject({ outcome: 'declined' })
  })

  test('goes on holding when the announcement cannot be spoken, or somebody takes the call', () => {
    const mute: CallEvent = { type: 'voiceFailed', turn: TURN, message: 'no', atMs: 0 }
    for (const agent of [bringing, ready]) {
      const away = play(at({ ...announcing, next: agent }), held, mute)
      expect(away.d.phase).toMatchObject({ is: 'held', before: { is: 'waiting' } })
    }
    const taken = play(at(listening), held, { type: 'takenOver', to: supervisor, atMs: 0 })
    expect(taken.commands).not.toContain('meet')
    expect(play(taken.d, unheld).commands).toContain('meet')
  })

  test('for ever is not waited for when nobody comes', () => {
    const limit: CallEvent = { type: 'timeUp', name: 'call', turn: null, atMs: 0 }
    const away = play(at(waiting, callTeam), held, declined, limit)
    expect(away.d.phase).toMatchObject({ is: 'moving', to: people })
    expect(away.commands.join()).not.toContain('bring')
  })
})

describe('nobody of the ladder comes', () => {
  const withQueue = { ...desk, handOver: sales }

  test('and the caller is handed over at its end, with a word', () => {
    const { d, commands } = live(at(reached({ to: withQueue })), declined, heard)
    expect(commands).toEqual([
      'stopMusic',
      'withdraw',
      'deafen',
      'speak "One moment."',
      'finishSpeech',
      'transfer 3000',
      'start closing 5000',
    ])
    expect(live(d, { type: 'legMoved', atMs: 0 }).d.phase).toMatchObject({
      ending: { why: 'handed-over', to: sales },
    })
  })

  test('and the hand-over fails too: the engine hears of it', () => {
    const moving = live(at(reached({ to: withQueue })), declined, heard)
    const { d } = play(moving.d, { type: 'transferFailed', message: 'no route', atMs: 0 })
    expect(asked(d)).toMatchObject({
      type: 'transferEnded',
      to: 'desk',
      outcome: 'failed',
      cause: 'no route',
    })
  })

  test('and the engine tries another: the second may succeed', () => {
    const { d, commands } = live(
      at(waiting),
      declined,
      d => transfer(d, 'desk', 'Once more.'),
      accepted,
      heard,
      joined,
    )
    expect(commands.filter(one => one === 'bring desk 0')).toHaveLength(1)
    expect(d.phase.is).toBe('together')
    expect(d.refusals).toBe(1)
  })

  test('nor can the caller be handed over, who was speaking: their silence counts again', () => {
    const talking = at(listening, { caller: 'talking', ...withPhrases({ toPeople: '' }) })
    const { d } = live(
      talking,
      press('0')[0] as CallEvent,
      { type: 'transferFailed', message: 'no', atMs: 0 },
      heard,
      dialogue => ({ type: 'timeUp', name: 'silence', turn: dialogue.turn, atMs: 7_000 }),
    )
    expect(asked(d)).toMatchObject({ type: 'silence' })
  })

  test('three times in a row: people take over', () => {
    const again = (d: Dialogue) => transfer(d, 'desk', 'Once more.')
    const { d, commands } = live(at(waiting), declined, again, declined, heard, again, declined, heard)
    expect(d.phase).toMatchObject({
      is: 'speaking',
      next: { does: 'transfer', to: people, because: { why: 'fault', fault: 'engine' } },
    })
    expect(commands).toContain('speak "Sorry."')
  })

  test('and three hand-overs in a row fail: people take over', () => {
    const failed: CallEvent = { type: 'transferFailed', message: 'no', atMs: 0 }
    const moving = phases.moving as Extract<Phase, { is: 'moving' }>
    const third = at({ ...moving, because: bringing.because }, { refusals: 2 })
    expect(play(third, failed).d.phase).toMatchObject({
      is: 'speaking',
      next: { to: people, because: { fault: 'engine' } },
    })
  })

  test('three times to a caller who asked for them by key: that is not the engine’s fault', () => {
    const again: CallEvent = { type: 'digitPressed', digit: '0', atMs: 0 }
    const asks = reached({ to: team, because: { why: 'asked', how: 'key' } })
    const round = [again, declined, heard, answered, heard]
    const { d } = live(at(asks, callTeam), declined, answered, heard, ...round, ...round)
    expect(d.phase.is).toBe('listening')
    expect(d.refusals).toBe(0)
  })

  test('where we could not go on ourselves: the last resort takes the caller', () => {
    const mayNotGoOn = at(speaking, callTeam)
    const { d, commands } = live(
      mayNotGoOn,
      { type: 'engineFailed', turn: TURN, message: 'no', atMs: 0 },
      heard,
      declined,
      heard,
    )
    expect(commands).toContain('bring team 0')
    expect(d.phase).toMatchObject({ is: 'moving', to: people, because: { why: 'fault', fault: 'engine' } })
    const failed = play(d, { type: 'transferFailed', message: 'no', atMs: 0 })
    expect(failed.d.phase).toMatchObject({ is: 'over', ending: { why: 'fault', fault: 'engine' } })
  })

  test('where we could not go on ourselves and there is no last resort: the caller is let go with a word', () => {
    const alone = withSettings({ people: team, lastResort: null })
    const { d, commands } = live(at(reached({ to: team, because: fault }), alone), declined, heard)
    expect(commands).toContain('speak "Nobody is there."')
    expect(d.phase).toMatchObject({ is: 'over', ending: { by: 'us', why: 'fault' } })
  })
})

describe('after the talk', () => {
  const together = (to: Destination, because: HandOverReason = bringing.because): Phase => ({
    is: 'together',
    transfer: { ...ready, to, because },
  })

  test('the assistant goes on', () => {
    const { d } = play(at(together(desk)), talked)
    expect(asked(d)).toEqual({ type: 'transferEnded', to: 'desk', outcome: 'answered', cause: '' })
    expect(live(d, answered).d.phase.is).toBe('listening')
  })

  test('the call ends', () => {
    const { d, commands } = play(at(together({ ...desk, afterTalk: 'end' })), talked)
    expect(commands).toEqual(['hangUp', 'start closing 5000'])
    expect(d.phase).toEqual({
      is: 'closing',
      ending: { by: 'agent', why: 'talked', to: 'desk' },
    })
  })

  test('with those who took over where we could not go on the call ends, whatever follows otherwise', () => {
    expect(play(at(together(desk, fault)), talked).d.phase).toMatchObject({ is: 'closing' })
  })

  test('a caller who cannot be heard any more is not listened to', () => {
    const { d } = play(at(together(desk)), deaf, talked)
    expect(d.phase).toMatchObject({ next: { does: 'transfer', because: { fault: 'ear' } } })
  })

  test('ears that failed before it have been opened anew', () => {
    const { d } = play(at(waiting), deaf, accepted, joined, talked)
    expect(asked(d)).toMatchObject({ outcome: 'answered' })
    const stay = reached({ to: { ...desk, takesNotes: true } })
    expect(play(at(stay), deaf, accepted, joined, talked).d.phase).toMatchObject({ is: 'speaking' })
  })
})

describe('somebody outside', () => {
  const request: CallEvent = { type: 'transferRequested', to: desk, announce: 'To the desk.', atMs: 0 }

  test('transfers the caller in the middle of an answer, which is dropped', () => {
    const { d, commands } = play(at(speaking), request)
    expect(commands.slice(0, 4)).toEqual(['stop engine', 'withdraw', 'listen open', 'speak "To the desk."'])
    expect(commands.at(-1)).toBe('bring desk 0')
    const late: CallEvent = { type: 'directiveGiven', turn: TURN, directive: say('Old.'), atMs: 0 }
    expect(play(d, late).commands).toEqual([])
    expect(asked(live(d, heard, declined).d)).toMatchObject({ to: 'desk', outcome: 'declined' })
  })

  test('transfers nobody who is being transferred, talks, or is on the way out', () => {
    for (const name of [
      'speaking:bringing',
      'waiting',
      'held:waiting',
      'meeting',
      'together',
      'moving',
      'closing',
    ])
      expect(play(at(phases[name] as Phase), request).commands, name).toEqual([])
  })

  test('takes a call over from the assistant, and from an agent', () => {
    const taken: CallEvent = { type: 'takenOver', to: supervisor, atMs: 0 }
    const fromUs = play(at(speaking), taken, joined)
    expect(fromUs.commands).toEqual(expect.arrayContaining(['withdraw', 'hush', 'deafen', 'meet']))
    expect(fromUs.d.phase).toMatchObject({ is: 'together', transfer: { to: supervisor } })
    const fromAgent = play(at(phases.together as Phase), taken, joined, talked)
    expect(fromAgent.commands).not.toContain('withdrawTransfer')
    expect(asked(fromAgent.d)).toMatchObject({ to: 'supervisor' })
  })

  test('comes too late for a caller who is on the way out: nobody waits for them', () => {
    const { d, commands } = play(at(phases.moving as Phase), { type: 'takenOver', to: supervisor, atMs: 0 })
    expect([d.phase.is, ...commands]).toEqual(['moving', 'withdrawTransfer'])
  })

  test('says something without taking away what the caller has keyed', () => {
    const saying: CallEvent = { type: 'sayingRequested', text: 'By the way.', atMs: 0 }
    const { d } = live(at({ ...listening, digits: '4' }), saying, heard)
    expect(d.phase).toMatchObject({ is: 'listening', digits: '4' })
    expect(play(at({ ...listening, carried: said }), saying).commands).toEqual([])
    expect(play(at(waiting), saying).commands).toEqual([])
  })

  test('ends the call, also while the caller hears that they are handed over', () => {
    const { d } = play(at(phases['speaking:leaving'] as Phase), { type: 'hangUpRequested', atMs: 0 })
    expect(d.phase).toMatchObject({ is: 'closing', ending: { by: 'operator' } })
  })
})

describe('an interruption', () => {
  const interrupted = phases.interrupted as Phase
  const begun = play(at(interrupted), transfer(at(interrupted), 'desk', 'To the desk.'))

  test('into which a transfer begins loses nobody who accepts meanwhile', () => {
    expect(begun.commands).toContain('bring desk 0')
    const { d } = live(begun.d, accepted, { type: 'nothingHeard', atMs: 0 }, heard)
    expect(d.phase.is).toBe('meeting')
  })

  test('into which a transfer begins and fails is not followed by music without end', () => {
    const { d } = live(begun.d, declined, { type: 'nothingHeard', atMs: 0 }, heard)
    expect(asked(d)).toMatchObject({ outcome: 'declined' })
  })

  test('with words calls off who was fetched meanwhile', () => {
    const { d, commands } = play(begun.d, { type: 'utteranceHeard', utterance: said, atMs: 0 })
    expect(asked(d)).toMatchObject({ type: 'speech' })
    expect(commands).toContain('withdrawTransfer')
  })

  test('of which nobody can tell any more what it was is over', () => {
    const { d, commands } = play(begun.d, deaf)
    expect(d.phase).toMatchObject({ is: 'speaking', next: { deaf: 'no sound' } })
    expect(commands).toContain('resumeSpeech')
  })
})

describe('limits and failures', () => {
  test('an ear that fails while somebody is fetched is missed when nobody comes', () => {
    const { d, commands } = play(at(waiting), deaf)
    expect(commands).toEqual([])
    expect(play(d, declined).d.phase).toMatchObject({
      next: { does: 'transfer', because: { why: 'fault', fault: 'ear' } },
    })
    expect(play(d, ...press('*')).d.phase).toMatchObject({ next: { because: { fault: 'ear' } } })
  })

  test('who waits or talks stays as long as they like; who is back afterwards does not', () => {
    const limit: CallEvent = { type: 'timeUp', name: 'call', turn: null, atMs: 0 }
    for (const name of ['speaking:bringing', 'waiting', 'meeting', 'together'])
      expect(play(at(phases[name] as Phase), limit).commands, name).toEqual(['start call 30000'])
    expect(play(at(phases.together as Phase), talked, limit).d.phase).toMatchObject({
      next: { because: { why: 'limit', limit: 'length' } },
    })
  })

  test('after the last turn a failed transfer leads to people', () => {
    const { d } = play(at(waiting, { turn: 100 }), declined)
    expect(d.phase).toMatchObject({ next: { because: { why: 'limit', limit: 'turns' } } })
  })

  test('a process that ends fetches nobody any more, and leaves those who talk alone', () => {
    const ends: CallEvent = { type: 'shutdownBegun', atMs: 0 }
    for (const phase of [listening, waiting, announcing]) {
      const { d, commands } = live(at(phase, callTeam), ends, heard)
      expect(commands.join()).not.toContain('bring')
      expect(d.phase).toMatchObject({ is: 'moving', to: people })
    }
    const { commands } = play(at(phases.together as Phase), ends)
    expect(commands).toEqual(['close us/shutdown'])
  })

  test('the end of a call is told to those who are fetched by the end itself, with its reason', () => {
    const hungUp: CallEvent = {
      type: 'legHungUp',
      hangUp: { by: 'caller', cause: 'NORMAL_CLEARING' },
      atMs: 0,
    }
    expect(play(at(waiting), hungUp).commands).toEqual(['stopMusic', 'close caller/hung-up'])
    expect(play(at(announcing), hungUp).commands).toEqual(['close caller/hung-up'])
  })

  test('music does not begin behind words that are only hushed, also where the profile has no words', () => {
    const wordless = at(speaking, { ...withPhrases({ toPeople: '' }) })
    const { d, commands } = live(
      wordless,
      { type: 'transferRequested', to: desk, announce: null, atMs: 0 },
      heard,
    )
    expect(commands).toEqual([
      'stop engine',
      'withdraw',
      'listen open',
      'finishSpeech',
      'bring desk 0',
      'listen open',
      'playMusic',
    ])
    expect(d.phase.is).toBe('waiting')
  })

  test('keys pressed ahead are no answer to what nobody asks any more', () => {
    const typed = at({ ...announcing, typed: '42' })
    expect(live(typed, heard, declined, answered, heard).d.phase).toMatchObject({
      is: 'listening',
      digits: '',
    })
  })

  test('what was keyed in confidence is followed by a transfer that is recorded and heard again', () => {
    const secret = at(phases['thinking:confidential'] as Phase)
    const { commands } = play(secret, transfer(secret, 'desk', 'To the desk.'))
    expect(commands[0]).toBe('unmask')
    expect(commands).toContain('listen open')
  })
})

describe('a call that comes back to a new process', () => {
  const history = [{ who: 'caller', text: 'the desk please', atMs: 0 }] as const
  const because = { why: 'asked', how: 'engine' } as const

  function back(way: Way, more: Partial<DialogueSettings> = {}): ReturnType<typeof play> {
    const past: Past = {
      history,
      isConfidential: false,
      isKept: false,
      speech: null,
      turn: 5,
      way,
      lastedMs: 1_000,
    }
    return play(newDialogue({ ...settings, ...more }, past), { type: 'opened', atMs: 0 })
  }

  test.each([
    [0, 0],
    [1, 1],
    [7, 1],
    [-3, 0],
    [0.5, 0],
  ])('fetches again from rung %s on, as far as there is one', (rung, from) => {
    const { commands } = back({ to: 'agent', name: 'desk', because, rung })
    expect(commands).toContain(`bring desk ${from}`)
  })

  test('tells the engine of the call when nobody comes', () => {
    const { d } = back({ to: 'agent', name: 'desk', because, rung: 0 })
    const ended = live(d, heard, declined).d
    expect(asked(ended)).toMatchObject({
      type: 'resumed',
      history,
      transfer: { to: 'desk', outcome: 'declined' },
    })
    expect(live(ended, answered).commands).toContain('speak "Nobody is there."')
  })

  test('tells the engine of the call also when it has withdrawn the question before', () => {
    const { d } = back({ to: 'conversation' })
    const transferred = live(
      d,
      { type: 'transferRequested', to: desk, announce: null, atMs: 0 },
      heard,
      declined,
    )
    expect(asked(transferred.d)).toMatchObject({
      type: 'resumed',
      history,
      transfer: { outcome: 'declined' },
    })
  })

  test('tells the engine of the call once', () => {
    const { d } = back({ to: 'conversation' })
    const answeredOnce = play(d, { type: 'directiveGiven', turn: d.turn, directive: say('Hello.'), atMs: 0 })
    const request: CallEvent = { type: 'transferRequested', to: desk, announce: null, atMs: 0 }
    for (const again of [(d: Dialogue) => transfer(d, 'desk'), request]) {
      const { d } = live(answeredOnce.d, again, heard, declined)
      expect(asked(d)).toMatchObject({ type: 'transferEnded', outcome: 'declined' })
    }
  })

  test('tells the engine of the call when the caller could not be handed over', () => {
    const way: Way = {
      to: 'destination',
      destination: sales,
      name: 'sales',
      because: { why: 'asked', how: 'key' },
    }
    const { d } = live(back(way).d, heard, { type: 'transferFailed', message: 'no', atMs: 0 })
    expect(asked(d)).toMatchObject({ type: 'resumed', history, transfer: { to: 'sales', outcome: 'failed' } })
  })

  test('after a talk is told so, or is over', () => {
    expect(asked(back({ to: 'talk', name: 'desk', isAsked: true }).d)).toMatchObject({
      type: 'resumed',
      transfer: { to: 'desk', outcome: 'answered' },
    })
    const destinations = { desk: { ...desk, afterTalk: 'end' } as const }
    const over = back(
      { to: 'talk', name: 'desk', isAsked: true },
      { places: { ...settings.places, destinations } },
    )
    expect(over.d.phase).toMatchObject({ is: 'closing', ending: { by: 'agent', why: 'talked' } })
  })

  test('goes on talking when the agent was of a destination that is gone', () => {
    const { d } = back({ to: 'agent', name: 'gone', because, rung: 0 })
    expect(d.phase).toMatchObject({ is: 'speaking', unheard: { type: 'resumed', transfer: null } })
  })

  test('fetches once more who was named by a number that a pattern lets through', () => {
    const via = {
      target: { type: 'gateway', gateway: 'trunk', number: '' },
      callerId: 'trunk',
      trunkNumber: '',
    } as const
    const places = { ...settings.places, patterns: [{ pattern: '+49*', via }] }
    const { d } = back({ to: 'agent', name: '+4930123', because, rung: 0 }, { places })
    expect(d.phase).toMatchObject({ next: { does: 'bring', to: { name: '+4930123' } } })
  })

  test('is over after a talk with somebody who is no destination, or to whom nobody had wanted to be sent', () => {
    const talked = { is: 'closing', ending: { by: 'agent', why: 'talked' } }
    expect(back({ to: 'talk', name: 'supervisor', isAsked: true }).d.phase).toMatchObject(talked)
    expect(back({ to: 'talk', name: 'desk', isAsked: false }).d.phase).toMatchObject(talked)
  })
})

test('steps leave the dialogue they began with as it was', () => {
  const before = at({ ...complete, next: bringing })
  const copy = structuredClone(before)
  step(before, accepted)
  step(before, neverMind)
  expect(before).toEqual(copy)
})
