// The dialogue in sequences: what follows from several events one after the other.

import { describe, expect, test } from 'vitest'
import { isConfidential, type Phase, type Speaking } from '../../src/call/dialogue/state.ts'
import { step } from '../../src/call/dialogue.ts'
import type { CallEvent, Utterance } from '../../src/call/vocabulary.ts'
import { type Directive, openExpectation } from '../../src/engine/engine.ts'
import {
  asked,
  at,
  card,
  cardEntered,
  complete,
  ending,
  listen,
  listening,
  listeningFor,
  listenToCard,
  outcome,
  people,
  phases,
  play,
  press,
  said,
  sales,
  say,
  settings,
  speaking,
  summary,
  TURN,
} from './dialogues.ts'

test('a call that is held before it has begun begins in silence when it is opened, and its timers run when it is not', () => {
  const { phase } = at(phases.opening as Phase)
  const [held, commands] = step({ ...at(phase), turn: 0 }, { type: 'held', atMs: 0 })
  expect(commands).toEqual([])
  const [opened, begun] = step(held, { type: 'opened', atMs: 0 })
  expect(opened.phase).toMatchObject({ is: 'held', before: { is: 'thinking' } })
  expect(begun.map(summary)).toEqual(['start call 3600000', 'ask 0 start'])
  const [free, more] = step(opened, { type: 'unheld', atMs: 0 })
  expect(free.phase.is).toBe('thinking')
  expect(more.map(summary)).toEqual(['start engine 8000', 'start filler 2000'])
})

describe('a filler', () => {
  const timeUp = { type: 'timeUp', name: 'filler', turn: TURN, atMs: 0 } as const
  const thinking = phases['thinking:speech'] as Phase

  test('is spoken, then a comfort, then no more', () => {
    const [first, commands] = step(at(thinking), timeUp)
    expect(commands.map(summary)).toEqual(['speak "Let me see."', 'start filler 3000'])
    const [second, more] = step(first, timeUp)
    expect(more.map(summary)).toEqual(['speak "A little longer."'])
    expect(step(second, timeUp)[1].map(summary)).toEqual(['speak "A little longer."'])
  })

  test('waits its turn while the caller speaks, or keys a secret', () => {
    const [, aloud] = step(at(phases['thinking:start'] as Phase, { caller: 'talking' }), timeUp)
    expect(aloud.map(summary)).toEqual(['start filler 3000'])
    const [, secret] = step(at(phases['thinking:confidential'] as Phase), timeUp)
    expect(secret.map(summary)).toEqual(['start filler 3000'])
  })

  test('is for nobody who is silent, and not for a turn that is over', () => {
    const before = at(thinking)
    expect(step(before, { ...timeUp, turn: TURN - 1 })).toEqual([before, []])
    const [, asked] = step(at(listening), { type: 'timeUp', name: 'silence', turn: TURN, atMs: 0 })
    expect(asked.map(summary)).not.toContain('start filler 2000')
  })
})

describe('a guess', () => {
  const guess = { type: 'utteranceGuessed', utterance: said, atMs: 0 } as const

  test('is made for who has the floor, or takes it with more than a yes', () => {
    expect(step(at(listening), guess)[1].map(summary)).toEqual(['guess'])
    expect(step(at(phases.interrupted as Phase), guess)[1].map(summary)).toEqual(['guess'])
    const yes = { ...guess, utterance: { ...said, text: 'yes' } }
    expect(step(at(phases.interrupted as Phase), yes)[1]).toEqual([])
  })

  test('is made nowhere else, nor with digits begun, nor where the profile does not want it, nor past the last turn', () => {
    const { policy } = settings
    const elsewhere = ['thinking:speech', 'speaking:coming', 'held:listening', 'listening:confidential']
    for (const name of elsewhere) if (phases[name]) expect(step(at(phases[name]), guess)[1], name).toEqual([])
    expect(step(at({ ...listening, digits: '1' }), guess)[1]).toEqual([])
    const unwanted = { settings: { ...settings, policy: { ...policy, speculation: false } } }
    expect(step(at(listening, unwanted), guess)[1]).toEqual([])
    expect(step(at(listening, { turn: policy.maxTurns }), guess)[1]).toEqual([])
  })
})

describe('stale events', () => {
  test.each([
    { type: 'directiveGiven', turn: TURN - 1, directive: say('Old.'), atMs: 0 },
    { type: 'answerFinished', turn: TURN - 1, atMs: 0 },
    { type: 'engineFailed', turn: TURN - 1, message: 'no', atMs: 0 },
    { type: 'speechFinished', turn: TURN - 1, atMs: 0 },
    { type: 'voiceFailed', turn: TURN - 1, message: 'no', atMs: 0 },
    { type: 'timeUp', name: 'engine', turn: TURN - 1, atMs: 0 },
  ] satisfies CallEvent[])('$type of an older turn changes nothing', event => {
    for (const phase of Object.values(phases)) expect(outcome(at(phase), event)).toBeUndefined()
  })
})

describe('silence and noise', () => {
  test('noise does not push the silence back: it is over when the first deadline has passed', () => {
    const noise = (atMs: number): CallEvent[] => [
      { type: 'callerSpoke', atMs },
      { type: 'callerPaused', silentMs: 700, atMs: atMs + 500 },
      { type: 'nothingHeard', atMs: atMs + 900 },
    ]
    const early = play(at(listening), ...noise(3_000))
    expect(early.d.phase.is).toBe('listening')
    const late = play(early.d, ...noise(6_500))
    expect(late.commands).toContain('ask 4 silence')
  })

  test('a silence that ends while the caller talks is not counted', () => {
    const { d, commands } = play(
      at(listening),
      { type: 'callerSpoke', atMs: 6_900 },
      { type: 'timeUp', name: 'silence', turn: TURN, atMs: 7_000 },
    )
    expect(d.phase.is).toBe('listening')
    expect(commands).toEqual([])
  })

  test('after the last silence the call ends politely', () => {
    const { d, commands } = play(
      at(listening, { silences: 2 }),
      { type: 'timeUp', name: 'silence', turn: TURN, atMs: 7_000 },
      { type: 'speechFinished', turn: TURN + 1, atMs: 9_000 },
    )
    expect(commands).toEqual(expect.arrayContaining(['speak "Goodbye."', 'hangUp']))
    expect(d.phase).toEqual({ is: 'closing', ending: { by: 'assistant', why: 'silence' } })
  })

  test('what is expected survives a silence that the engine has no words for', () => {
    const { d } = play(
      listeningFor({ expect: 'digits', numDigits: 5, timeoutMs: 4_000 }),
      { type: 'timeUp', name: 'silence', turn: TURN, atMs: 4_000 },
      { type: 'answerFinished', turn: TURN + 1, atMs: 4_100 },
      { type: 'speechFinished', turn: TURN + 2, atMs: 5_000 },
    )
    expect(d.phase).toMatchObject({ is: 'listening', expectation: { expect: 'digits', numDigits: 5 } })
  })

  test('words forget the silences before them', () => {
    const { d } = play(at(listening, { silences: 2 }), { type: 'utteranceHeard', utterance: said, atMs: 0 })
    expect(d.silences).toBe(0)
  })
})

describe('a caller who goes on', () => {
  const more: Utterance = { text: 'and goodbye', confidence: 0.5, language: null, durationMs: 300 }
  const both = { type: 'speech', utterance: { text: 'hello and goodbye', confidence: 0.5, durationMs: 700 } }

  test('is asked about once, with both parts', () => {
    const { d, commands } = play(
      at(phases['thinking:speech'] as Phase),
      { type: 'callerSpoke', atMs: 0 },
      { type: 'callerPaused', silentMs: 700, atMs: 500 },
      { type: 'utteranceHeard', utterance: more, atMs: 800 },
    )
    expect(asked(d)).toMatchObject(both)
    expect(commands).toContain('withdraw')
  })

  test('whose second part is only noise is answered to the first', () => {
    const { d } = play(
      at(phases['thinking:speech'] as Phase),
      { type: 'callerSpoke', atMs: 0 },
      { type: 'callerPaused', silentMs: 700, atMs: 500 },
      { type: 'nothingHeard', atMs: 800 },
    )
    expect(asked(d)).toMatchObject({ type: 'speech', utterance: said })
  })

  test('before the first sound of the answer is still going on', () => {
    const { d, commands } = play(
      at({ ...speaking, unheard: { type: 'speech', utterance: said } }),
      { type: 'callerSpoke', atMs: 0 },
      { type: 'directiveGiven', turn: TURN, directive: say('Too late.'), atMs: 100 },
      { type: 'callerPaused', silentMs: 700, atMs: 500 },
      { type: 'utteranceHeard', utterance: more, atMs: 800 },
    )
    expect(asked(d)).toMatchObject(both)
    expect(commands).not.toContain('speak "Too late."')
  })

  test('after the first sound of the answer interrupts it', () => {
    const { d } = play(
      at({ ...speaking, unheard: { type: 'speech', utterance: said } }),
      { type: 'speechStarted', turn: TURN, atMs: 0 },
      { type: 'callerSpoke', atMs: 100 },
      { type: 'utteranceHeard', utterance: more, atMs: 800 },
    )
    expect(asked(d)).toMatchObject({ utterance: more })
  })

  test('while the first part is still being recognized is waited for', () => {
    const { d } = play(
      at(listening),
      { type: 'callerSpoke', atMs: 0 },
      { type: 'callerPaused', silentMs: 700, atMs: 500 },
      { type: 'callerSpoke', atMs: 700 },
      { type: 'utteranceHeard', utterance: said, atMs: 900 },
      { type: 'callerPaused', silentMs: 700, atMs: 1_200 },
      { type: 'utteranceHeard', utterance: more, atMs: 1_500 },
    )
    expect(asked(d)).toMatchObject(both)
  })

  test('cannot be joined to a silence', () => {
    const { d } = play(
      at(phases['thinking:silence'] as Phase),
      { type: 'callerSpoke', atMs: 0 },
      { type: 'callerPaused', silentMs: 700, atMs: 500 },
      { type: 'utteranceHeard', utterance: said, atMs: 800 },
    )
    expect(asked(d)).toMatchObject({ type: 'speech', utterance: said })
  })
})

describe('an interruption', () => {
  test('that was only noise lets the assistant go on, and what came meanwhile is kept', () => {
    const { d, commands } = play(
      at(speaking),
      { type: 'callerSpoke', atMs: 0 },
      { type: 'directiveGiven', turn: TURN, directive: say('More.'), atMs: 100 },
      { type: 'answerFinished', turn: TURN, atMs: 200 },
      { type: 'callerPaused', silentMs: 700, atMs: 300 },
      { type: 'nothingHeard', atMs: 600 },
    )
    expect(commands).toEqual(
      expect.arrayContaining(['hush', 'speak "More."', 'finishSpeech', 'resumeSpeech']),
    )
    expect(d.phase).toMatchObject({ is: 'speaking', answer: 'complete' })
  })

  test('by noise again and again is not possible in the end', () => {
    const noise: CallEvent[] = [
      { type: 'callerSpoke', atMs: 0 },
      { type: 'callerPaused', silentMs: 700, atMs: 300 },
      { type: 'nothingHeard', atMs: 600 },
    ]
    const { d } = play(at(speaking), ...noise, ...noise, ...noise)
    expect(d.phase).toMatchObject({ is: 'speaking', disturbed: 3 })
    expect(outcome(d, { type: 'callerSpoke', atMs: 0 })).toBeUndefined()
  })

  test('is not possible where the profile forbids it', () => {
    const forbidden = at(speaking, {
      settings: { ...settings, policy: { ...settings.policy, bargeIn: false } },
    })
    expect(outcome(forbidden, { type: 'callerSpoke', atMs: 0 })).toBeUndefined()
    expect(outcome(forbidden, { type: 'utteranceHeard', utterance: said, atMs: 0 })).toBeUndefined()
  })

  test('cannot stop an announcement before a transfer, nor a farewell', () => {
    for (const directive of [
      { type: 'transfer', to: 'sales', announce: 'To sales.' },
      { type: 'end', reason: 'done' },
    ] as const) {
      const { d } = play(at(speaking), { type: 'directiveGiven', turn: TURN, directive, atMs: 0 })
      expect(outcome(d, { type: 'callerSpoke', atMs: 0 })).toBeUndefined()
    }
  })
})

describe('digits', () => {
  test('are complete when as many have come as are expected', () => {
    const { d } = play(listeningFor({ expect: 'digits', numDigits: 5 }), ...press('40721'))
    expect(asked(d)).toEqual({ type: 'digits', digits: '40721', confidential: false })
  })

  test('are complete at the finishing key, which is none of them', () => {
    const { d } = play(listeningFor({ expect: 'digits', finishOnKey: '#' }), ...press('12#'))
    expect(asked(d)).toEqual({ type: 'digits', digits: '12', confidential: false })
  })

  test('are complete when no longer answer begins with them', () => {
    const menu = { expect: 'digits', validDigits: ['1', '2', '21'] } as const
    expect(asked(play(listeningFor(menu), ...press('1')).d)).toEqual({
      type: 'digits',
      digits: '1',
      confidential: false,
    })
    expect(play(listeningFor(menu), ...press('2')).d.phase.is).toBe('listening')
  })

  test('are complete when no further one comes', () => {
    const { d, commands } = play(listeningFor({ expect: 'digits' }), ...press('12'), {
      type: 'timeUp',
      name: 'digits',
      turn: TURN,
      atMs: 3_000,
    })
    expect(commands.filter(one => one === 'start digits 3000')).toHaveLength(2)
    expect(asked(d)).toEqual({ type: 'digits', digits: '12', confidential: false })
  })

  test('pressed into words that must be heard out count when they are over', () => {
    const menu: Speaking = {
      ...complete,
      interruptible: false,
      next: { does: 'listen', expectation: { ...openExpectation, expect: 'digits', numDigits: 2 } },
    }
    const { d } = play(at(menu), ...press('42'), { type: 'speechFinished', turn: TURN, atMs: 0 })
    expect(asked(d)).toEqual({ type: 'digits', digits: '42', confidential: false })
  })

  test('pressed while the engine thinks answer what it asks for then', () => {
    const expectation = { ...openExpectation, expect: 'digits' as const, numDigits: 2 }
    const { d } = play(
      at(phases['thinking:speech'] as Phase),
      ...press('42'),
      { type: 'directiveGiven', turn: TURN, directive: say('Your number?'), atMs: 0 },
      { type: 'directiveGiven', turn: TURN, directive: { type: 'listen', expectation }, atMs: 0 },
      { type: 'answerFinished', turn: TURN, atMs: 0 },
      { type: 'speechFinished', turn: TURN, atMs: 0 },
    )
    expect(asked(d)).toEqual({ type: 'digits', digits: '42', confidential: false })
  })

  test('do not grow without end', () => {
    const { d } = play(listeningFor({ expect: 'digits' }), ...press('1'.repeat(200)))
    expect(d.phase).toMatchObject({ is: 'listening', digits: '1'.repeat(64) })
  })
})

describe('the key for people', () => {
  const toPeople = 'speak "One moment."'

  test.each(['opening', 'thinking:start', 'thinking:speech', 'speaking', 'interrupted', 'listening'])(
    'works from %s',
    name => {
      expect(play(at(phases[name] as Phase), ...press('0')).commands).toContain(toPeople)
    },
  )

  test('is a digit while digits are collected', () => {
    const { d } = play(listeningFor({ expect: 'digits', numDigits: 3 }), ...press('100'))
    expect(asked(d)).toEqual({ type: 'digits', digits: '100', confidential: false })
  })

  test('reaches people when it stays alone and is no answer', () => {
    const waiting = play(listeningFor({ expect: 'digits', numDigits: 3 }), ...press('0'))
    expect(waiting.commands).toEqual(['stop silence', 'start digits 3000'])
    const alone = play(waiting.d, { type: 'timeUp', name: 'digits', turn: TURN, atMs: 3_000 })
    expect(alone.commands).toContain(toPeople)
  })

  test('is an answer where the engine says that it is one', () => {
    const { d } = play(listeningFor({ expect: 'digits', validDigits: ['0', '1'] }), ...press('0'))
    expect(asked(d)).toEqual({ type: 'digits', digits: '0', confidential: false })
  })

  test('is a key like any other where there are no people', () => {
    const alone = at(listening, { settings: { ...settings, people: null } })
    const { d } = play(alone, ...press('0'), { type: 'timeUp', name: 'digits', turn: TURN, atMs: 0 })
    expect(asked(d)).toEqual({ type: 'digits', digits: '0', confidential: false })
  })

  test('works in the farewell, but not on the way to people', () => {
    const farewell: Speaking = { ...complete, interruptible: false, next: { does: 'end', ending } }
    expect(play(at(farewell), ...press('0')).commands).toContain(toPeople)
    expect(play(at(phases['speaking:leaving'] as Phase), ...press('0')).commands).toEqual([])
  })

  test('is the first digit of a number that is still expected while a silence is asked about', () => {
    const expectation = { ...openExpectation, expect: 'digits' as const, numDigits: 5 }
    const asking = play(at({ ...listening, expectation }), {
      type: 'timeUp',
      name: 'silence',
      turn: TURN,
      atMs: 0,
    })
    const { d } = play(asking.d, ...press('07123'))
    expect(d.phase).toMatchObject({ is: 'thinking', typed: '07123' })
  })

  test('is a digit also after a cough while the silence is asked about', () => {
    const expectation = { ...openExpectation, expect: 'digits' as const, numDigits: 5 }
    const { d } = play(
      at({ ...listening, expectation }, { expected: expectation }),
      { type: 'timeUp', name: 'silence', turn: TURN, atMs: 0 },
      { type: 'callerSpoke', atMs: 10 },
      { type: 'callerPaused', silentMs: 700, atMs: 500 },
      { type: 'nothingHeard', atMs: 600 },
      ...press('07123'),
    )
    expect(asked(d)).toEqual({ type: 'digits', digits: '07123', confidential: false })
  })
})

describe('hold', () => {
  test('keeps what the engine says meanwhile, and no timer runs', () => {
    const held = play(
      at(phases['thinking:speech'] as Phase),
      { type: 'held', atMs: 0 },
      { type: 'directiveGiven', turn: TURN, directive: say('Hello.'), atMs: 10 },
      { type: 'answerFinished', turn: TURN, atMs: 20 },
    )
    expect(held.commands.filter(one => one.startsWith('start'))).toEqual([])
    const { d } = play(held.d, { type: 'unheld', atMs: 60_000 })
    expect(d.phase).toMatchObject({ is: 'speaking', answer: 'complete' })
  })

  test('gives the engine its time again afterwards', () => {
    const { commands } = play(
      at(phases['thinking:speech'] as Phase),
      { type: 'held', atMs: 0 },
      { type: 'unheld', atMs: 60_000 },
    )
    expect(commands).toEqual(['stop engine', 'stop filler', 'start engine 8000', 'start filler 2000'])
  })

  test('takes the rest of an interruption with it: the assistant goes on', () => {
    const { d, commands } = play(
      at(phases.interrupted as Phase),
      { type: 'held', atMs: 0 },
      { type: 'unheld', atMs: 1_000 },
    )
    expect(commands).toContain('resumeSpeech')
    expect(d.phase.is).toBe('speaking')
  })

  test('answers what had been said and not yet answered', () => {
    const { d } = play(
      at({ ...listening, carried: said }),
      { type: 'held', atMs: 0 },
      { type: 'unheld', atMs: 9 },
    )
    expect(asked(d)).toMatchObject({ type: 'speech', utterance: said })
  })

  test('waits for further digits again', () => {
    const { commands } = play(
      at({ ...listening, digits: '4' }),
      { type: 'held', atMs: 0 },
      { type: 'unheld', atMs: 9 },
    )
    expect(commands).toEqual(['stop digits', 'listen open', 'start digits 3000'])
  })
})

describe('small print', () => {
  test('an engine that ends the call while the caller holds us ends it at once', () => {
    const { d, commands } = play(
      at(phases['thinking:speech'] as Phase),
      { type: 'held', atMs: 0 },
      { type: 'directiveGiven', turn: TURN, directive: { type: 'end', reason: 'done' }, atMs: 10 },
    )
    expect(d.phase.is).toBe('closing')
    expect(commands).toContain('hangUp')
  })

  test('the first sound of an answer may come after the caller has spoken into it', () => {
    const { d } = play(at({ is: 'interrupted', speech: { ...speaking, unheard: { type: 'start' } } }), {
      type: 'speechStarted',
      turn: TURN,
      atMs: 0,
    })
    expect(d.phase).toMatchObject({ is: 'interrupted', speech: { unheard: null } })
  })

  test('an engine that has said all is not missed while the caller talks', () => {
    const { commands } = play(at({ is: 'interrupted', speech: complete }), {
      type: 'timeUp',
      name: 'engine',
      turn: TURN,
      atMs: 0,
    })
    expect(commands).toEqual([])
  })

  test('the key for people alone, where it would be a valid answer, is one', () => {
    const { d } = play(listeningFor({ expect: 'digits', validDigits: ['0', '01'] }), ...press('0'), {
      type: 'timeUp',
      name: 'digits',
      turn: TURN,
      atMs: 0,
    })
    expect(asked(d)).toMatchObject({ type: 'digits', digits: '0' })
  })

  test('words without a letter are not spoken', () => {
    expect(
      play(at(speaking), { type: 'directiveGiven', turn: TURN, directive: say(''), atMs: 0 }).commands,
    ).toEqual([])
  })

  test('a transfer with an empty announcement needs no words', () => {
    const directive = { type: 'transfer', to: 'sales', announce: '' } as const
    const { d } = play(at(phases['thinking:speech'] as Phase), {
      type: 'directiveGiven',
      turn: TURN,
      directive,
      atMs: 0,
    })
    expect(d.phase).toMatchObject({ is: 'moving', to: sales })
  })

  test('a profile without phrases for silences listens on', () => {
    const silent = { ...settings, phrases: { ...settings.phrases, silence: [] } }
    const { d, commands } = play(at(phases['thinking:silence'] as Phase, { settings: silent }), {
      type: 'answerFinished',
      turn: TURN,
      atMs: 0,
    })
    expect(d.phase.is).toBe('listening')
    expect(commands.filter(one => one.startsWith('speak'))).toEqual([])
  })

  test('parts of unknown confidence joined are of unknown confidence', () => {
    const { d } = play(at({ ...listening, carried: { ...said, confidence: null } }), {
      type: 'utteranceHeard',
      utterance: said,
      atMs: 0,
    })
    expect(asked(d)).toMatchObject({ utterance: { confidence: null, text: 'hello hello' } })
  })

  test('noise that ends while the caller speaks again says nothing', () => {
    const { d, commands } = play(
      at(listening),
      { type: 'callerSpoke', atMs: 0 },
      { type: 'callerPaused', silentMs: 700, atMs: 500 },
      { type: 'callerSpoke', atMs: 600 },
      { type: 'nothingHeard', atMs: 700 },
    )
    expect(d.phase.is).toBe('listening')
    expect(commands).toEqual([])
  })

  test('a part that was understood is answered when the next one cannot be recognized', () => {
    const { d } = play(
      at({ ...listening, carried: said }),
      { type: 'callerSpoke', atMs: 0 },
      { type: 'callerPaused', silentMs: 700, atMs: 500 },
      { type: 'hearingFailed', message: 'no', atMs: 700 },
    )
    expect(asked(d)).toMatchObject({ type: 'speech', utterance: said })
  })

  test('a complete answer that was held is only spoken on', () => {
    expect(play(at(complete), { type: 'held', atMs: 0 }, { type: 'unheld', atMs: 9 }).commands).toEqual([])
    expect(play(at(speaking), { type: 'held', atMs: 0 }, { type: 'unheld', atMs: 9 }).commands).toEqual([
      'stop engine',
      'start engine 8000',
    ])
  })

  test('a call that we end has the ending that we meant', () => {
    const hangUp = { by: 'us', cause: 'NORMAL_CLEARING' } as const
    const { d } = play(at({ is: 'closing', ending }), { type: 'legHungUp', hangUp, atMs: 0 })
    expect(d.phase).toEqual({ is: 'over', ending })
  })

  test('a call that the switch ended is not the caller’s doing', () => {
    const { d } = play(at(listening), {
      type: 'legHungUp',
      hangUp: { by: 'switch', cause: 'MEDIA_TIMEOUT' },
      atMs: 0,
    })
    expect(d.phase).toMatchObject({ ending: { by: 'switch', why: 'hung-up', cause: 'MEDIA_TIMEOUT' } })
  })
})

describe('what was keyed in confidence', () => {
  const asking = { is: 'thinking', about: cardEntered, fillers: 0, typed: '99', next: listen } as const
  const answer: CallEvent = { type: 'directiveGiven', turn: TURN, directive: say('Good.'), atMs: 0 }

  test('is forgotten when the question is answered', () => {
    expect(play(at(asking), answer).d.phase).toMatchObject({ is: 'speaking', typed: '' })
  })

  test('is forgotten also when it is answered during a hold', () => {
    const { d } = play(at({ is: 'held', before: asking }), answer)
    expect(d.phase).toMatchObject({ is: 'held', before: { is: 'speaking', typed: '' } })
  })

  test('is kept in mind while it is still expected', () => {
    expect(play(at(asking), ...press('1')).d.phase).toMatchObject({ typed: '991' })
  })
})

describe('limits and failures', () => {
  test('a call with too many turns goes to people', () => {
    const { d, commands } = play(at(listening, { turn: 100 }), {
      type: 'utteranceHeard',
      utterance: said,
      atMs: 0,
    })
    expect(commands).toContain('speak "Sorry."')
    expect(d.phase).toMatchObject({ next: { does: 'transfer', because: { why: 'limit', limit: 'turns' } } })
  })

  test('who is not understood again and again meets people', () => {
    const failed: CallEvent = { type: 'hearingFailed', message: 'no', atMs: 0 }
    const first = play(at(listening), failed, { type: 'speechFinished', turn: TURN + 1, atMs: 0 })
    expect(first.commands).toContain('speak "Pardon?"')
    expect(first.d.phase.is).toBe('listening')
    expect(play(first.d, failed).d.phase).toMatchObject({
      next: { does: 'transfer', because: { fault: 'recognizer' } },
    })
  })

  test('an engine that insists on a destination that does not exist is left', () => {
    let d = at(speaking)
    for (let refused = 0; refused < 3; refused++) {
      const directive = { type: 'transfer', to: 'nowhere', announce: null } as const
      d = play(d, { type: 'directiveGiven', turn: d.turn, directive, atMs: 0 }).d
    }
    expect(d.phase).toMatchObject({ is: 'speaking', next: { because: { why: 'fault', fault: 'engine' } } })
  })

  test('the engine is told when a transfer of its own did not come about', () => {
    const moving: Phase = {
      is: 'moving',
      to: sales,
      name: 'sales',
      because: { why: 'asked', how: 'engine' },
    }
    const { d } = play(at(moving), { type: 'transferFailed', message: 'refused', atMs: 0 })
    expect(asked(d)).toEqual({ type: 'transferEnded', to: 'sales', outcome: 'failed', cause: 'refused' })
  })

  test('a caller whom the engine has nothing to tell of a failed transfer is told by the profile', () => {
    const moving: Phase = { is: 'moving', to: sales, name: 'sales', because: { why: 'asked', how: 'engine' } }
    const { commands } = play(
      at(moving),
      { type: 'transferFailed', message: 'refused', atMs: 0 },
      { type: 'answerFinished', turn: TURN + 1, atMs: 0 },
    )
    expect(commands).toContain('speak "Nobody is there."')
  })

  test('a transfer after a fault that fails too lets the dialplan go on', () => {
    const moving: Phase = {
      is: 'moving',
      to: people,
      name: 'people',
      because: { why: 'fault', fault: 'engine', message: 'no' },
    }
    expect(outcome(at(moving), { type: 'transferFailed', message: 'no', atMs: 0 })).toBe(
      'over · stop closing · close us/fault',
    )
  })

  test('a farewell that no voice can speak still ends the call', () => {
    const farewell: Speaking = { ...complete, interruptible: false, next: { does: 'end', ending } }
    expect(outcome(at(farewell), { type: 'voiceFailed', turn: TURN, message: 'no', atMs: 0 })).toBe(
      'closing · hangUp · start closing 5000',
    )
  })

  test('an engine that sends only what makes no sound has no more time than a silent one', () => {
    const trickle: Directive[] = [
      say(' '),
      { type: 'digits', digits: '1' },
      { type: 'language', language: 'de', voice: null },
    ]
    for (const directive of trickle) {
      const { commands } = play(at(speaking), { type: 'directiveGiven', turn: TURN, directive, atMs: 0 })
      expect(commands).not.toContain('start engine 8000')
    }
  })

  test('a silence that is answered by nothing audible is answered by the profile', () => {
    const { commands } = play(
      at(phases['thinking:silence'] as Phase),
      {
        type: 'directiveGiven',
        turn: TURN,
        directive: { type: 'play', file: 'missing.wav', interruptible: true },
        atMs: 0,
      },
      { type: 'answerFinished', turn: TURN, atMs: 0 },
      { type: 'speechFinished', turn: TURN, atMs: 0 },
    )
    expect(commands).toContain('speak "Are you there?"')
  })

  test('a caller who holds us is not kept by words they cannot hear', () => {
    const { d, commands } = play(at(listening), { type: 'held', atMs: 0 }, { type: 'shutdownBegun', atMs: 0 })
    expect(d.phase.is).toBe('moving')
    expect(commands.filter(one => one.startsWith('speak'))).toEqual([])
  })

  test('an empty phrase is not spoken', () => {
    const quiet = { ...settings, phrases: { ...settings.phrases, apology: '' } }
    const { commands } = play(at(listening, { settings: quiet }), {
      type: 'earFailed',
      message: 'no',
      atMs: 0,
    })
    expect(commands).toEqual(['stop silence', 'withdraw', 'hush', 'transfer 2000', 'start closing 5000'])
  })

  test('a language asked for speaks and listens from then on', () => {
    const { d } = play(at(speaking), {
      type: 'directiveGiven',
      turn: TURN,
      directive: { type: 'language', language: 'de-DE', voice: null },
      atMs: 0,
    })
    expect(d.speech).toEqual({ language: 'de-DE', voice: '' })
  })
})

describe('what is confidential', () => {
  test('is over when the engine has answered: who goes on speaking then is listened to openly', () => {
    const { d, commands } = play(
      at({ ...complete, next: listenToCard }),
      { type: 'speechFinished', turn: TURN, atMs: 0 },
      ...press('4111'),
      { type: 'directiveGiven', turn: TURN + 1, directive: say('Thank you.'), atMs: 100 },
      { type: 'answerFinished', turn: TURN + 1, atMs: 150 },
      { type: 'utteranceHeard', utterance: said, atMs: 200 },
      { type: 'callerSpoke', atMs: 300 },
    )
    expect(d.phase).toMatchObject({ is: 'listening', expectation: openExpectation })
    expect(commands.filter(command => command.endsWith('mask'))).toEqual(['unmask'])
  })

  test('lasts until the engine has said what it wants next: it may be the same once more', () => {
    const { d, commands } = play(
      at({ ...complete, next: listenToCard }),
      { type: 'speechFinished', turn: TURN, atMs: 0 },
      ...press('4111'),
      { type: 'directiveGiven', turn: TURN + 1, directive: say('Once more, please.'), atMs: 100 },
    )
    expect(isConfidential(d.phase)).toBe(true)
    expect(commands.filter(command => command.startsWith('listen'))).toEqual([])
    const [done, last] = step(d, { type: 'answerFinished', turn: TURN + 1, atMs: 120 })
    expect([done.phase.is, ...last.map(summary)]).toEqual([
      'speaking',
      'unmask',
      'stop engine',
      'listen open',
      'finishSpeech',
    ])
    const [again, more] = step(d, {
      type: 'directiveGiven',
      turn: TURN + 1,
      directive: { type: 'listen', expectation: card },
      atMs: 110,
    })
    expect(isConfidential(again.phase)).toBe(true)
    expect([...commands, ...more.map(summary)].filter(command => command.endsWith('mask'))).toEqual([])
  })

  test('makes of a key for people a digit, and of a voice nothing', () => {
    const before = listeningFor({ ...card, numDigits: 3 })
    const { d } = play(before, { type: 'callerSpoke', atMs: 0 }, ...press('041'))
    expect(asked(d)).toEqual({ type: 'digits', digits: '041', confidential: true })
    expect(d.caller).toBe('silent')
  })
})
