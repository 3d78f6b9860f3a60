// What was said, as far as it is needed while a call lasts.

import { expect, test } from 'vitest'
import { Transcript } from '../../src/call/transcript.ts'

const heard = (text: string) => ({ type: 'utteranceHeard', utterance: { text } })

test('has what was asked and what was heard of the answers', () => {
  const transcript = new Transcript(() => 7)
  transcript.take({ type: 'asked', question: { type: 'speech', utterance: { text: 'a bill' } } })
  transcript.take({ type: 'promptSpoken', text: 'Which one?', how: 'completed', heardMs: 900, ofMs: 900 })
  transcript.take({ type: 'asked', question: { type: 'digits', digits: null } })
  transcript.take(heard('not asked about'))
  expect(transcript.entries).toEqual([
    { who: 'caller', text: 'a bill', atMs: 7 },
    { who: 'assistant', text: 'Which one?', atMs: 7 },
  ])
})

test('sums up what people say to each other, and tells each time, but no word of the assistant’s', () => {
  const transcript = new Transcript(() => 7, [{ who: 'caller', text: 'before', atMs: 1 }])
  let told = 0
  transcript.onTalk = () => {
    told++
  }
  expect(transcript.talkSummary()).toBe('')
  transcript.take({ type: 'agentJoined' })
  transcript.add('agent', 'Hello, $5\nhere')
  transcript.take(heard('it is the bill'))
  transcript.add('assistant', 'An introduction.')
  expect(transcript.talkSummary()).toBe('Agent: Hello,  5 here / Caller: it is the bill')
  expect(told).toBe(3)
  transcript.take({ type: 'talkEnded' })
  transcript.take(heard('to the assistant'))
  expect(told).toBe(3)
})

test('says of a long talk how it began and how it ended, and keeps no more than so much', () => {
  const transcript = new Transcript(() => 7)
  transcript.take({ type: 'agentJoined' })
  for (let at = 0; at < 500; at++) transcript.add('agent', `sentence ${at}`)
  const summary = transcript.talkSummary()
  expect(transcript.entries).toHaveLength(200)
  expect(summary.length).toBeLessThanOrEqual(610)
  expect(summary).toMatch(/^Agent: sentence 300 .* … .*sentence 499$/)
})
