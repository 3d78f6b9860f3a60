// The bytes of an answer, read as they come: pieces of any size in, JSON values out as soon as each is whole.

import { createParser } from 'eventsource-parser'

/** Reads an answer piece by piece: gives what has become whole, throws at what cannot be read. */
export interface AnswerReader {
  push(bytes: Uint8Array): Iterable<unknown>
  /** The answer is over. */
  end(): Iterable<unknown>
}

/** The reader for a content type; undefined when the protocol knows no such answer. */
export function answerReader(contentType: string): AnswerReader | undefined {
  switch (contentType.split(';', 1)[0]?.trim().toLowerCase()) {
    case 'application/json':
      return wholeReader()
    case 'application/x-ndjson':
      return lineReader()
    case 'text/event-stream':
      return eventReader()
    default:
      return undefined
  }
}

const strictText = () => new TextDecoder('utf-8', { fatal: true })

function wholeReader(): AnswerReader {
  const decoder = strictText()
  let text = ''
  return {
    push(bytes) {
      text += decoder.decode(bytes, { stream: true })
      return []
    },
    end() {
      const value: unknown = JSON.parse(text + decoder.decode())
      if (
        typeof value !== 'object' ||
        value === null ||
        !('actions' in value) ||
        !Array.isArray(value.actions)
      ) {
        throw new SyntaxError('an answer in JSON needs a list of actions')
      }
      return value.actions
    },
  }
}

function lineReader(): AnswerReader {
  const decoder = strictText()
  let rest: string[] = []
  const take = (text: string): Iterable<unknown> => {
    const [first = '', ...others] = text.split('\n')
    rest.push(first)
    const last = others.pop()
    if (last === undefined) return []
    const lines = [rest.join(''), ...others]
    rest = [last]
    return parsed(lines)
  }
  return {
    push: bytes => take(decoder.decode(bytes, { stream: true })),
    // The last line may lack its end.
    end: () => take(`${decoder.decode()}\n`),
  }
}

function eventReader(): AnswerReader {
  const decoder = strictText()
  let found: string[] = []
  const parser = createParser({ onEvent: ({ data }) => found.push(data) })
  const take = (text: string): Iterable<unknown> => {
    parser.feed(text)
    const events = found
    found = []
    return parsed(events)
  }
  return {
    push: bytes => take(decoder.decode(bytes, { stream: true })),
    // The last event may lack its blank line.
    end: () => take(`${decoder.decode()}\n\n`),
  }
}

// One after the other: what is whole before a fault still counts, however the answer was cut into pieces.
function* parsed(texts: readonly string[]): Iterable<unknown> {
  for (const text of texts) if (text.trim() !== '') yield JSON.parse(text)
}
