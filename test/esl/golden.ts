// The bytes of sessions captured from a real FreeSWITCH.

import { readFileSync } from 'node:fs'
import { type Frame, FrameDecoder } from '../../src/esl/frame.ts'

export interface GoldenChunk {
  dir: 'fs' | 'app'
  data: Buffer
}

export function goldenChunks(name: string): GoldenChunk[] {
  const file = new URL(`../fake-freeswitch/golden/${name}.jsonl`, import.meta.url)
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return lines.map(line => {
    const { dir, data } = JSON.parse(line) as { dir: 'fs' | 'app'; data: string }
    return { dir, data: Buffer.from(data, 'latin1') }
  })
}

/** Everything that one side wrote. */
export function goldenBytes(name: string, dir: 'fs' | 'app'): Buffer {
  return Buffer.concat(goldenChunks(name).flatMap(chunk => (chunk.dir === dir ? [chunk.data] : [])))
}

export function framesOf(chunks: readonly Buffer[]): Frame[] {
  const decoder = new FrameDecoder()
  const frames: Frame[] = []
  for (const chunk of chunks) {
    decoder.push(chunk)
    for (let frame = decoder.next(); frame; frame = decoder.next()) {
      if (frame.kind === 'fault') throw new Error(frame.fault)
      frames.push(frame)
    }
  }
  if (decoder.unreadBytes > 0) throw new Error(`${decoder.unreadBytes} bytes are left over`)
  return frames
}
