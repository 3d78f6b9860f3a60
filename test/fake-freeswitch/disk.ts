// Where the switch writes recordings. Unlike the daemon it corrects a header in place when a recording ends,
// which `Files` rightly cannot: so this is the switch's own door, to memory or to the disk, with missing
// folders made on the way.

import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Files } from '../../src/lib/files.ts'
import { MemoryFiles } from '../fakes/memory-files.ts'

export interface RecordingFile {
  append(data: Uint8Array): void
  patch(data: Uint8Array, position: number): void
  close(): void
  remove(): void
}

export interface RecordingDisk {
  /** Makes the file empty. Throws the error of the file system. */
  create(path: string): RecordingFile
}

export function recordingDisk(files: Files): RecordingDisk {
  if (files instanceof MemoryFiles) return { create: path => inMemory(files, path) }
  return { create: onDisk }
}

function inMemory(files: MemoryFiles, path: string): RecordingFile {
  if (files.has(path)) files.truncate(path, 0)
  else files.grow(path, new Uint8Array(0))
  return {
    append(data) {
      // Who has removed the file does not see what its writer adds.
      if (files.has(path)) files.grow(path, data)
    },
    patch(data, position) {
      if (files.has(path)) files.patch(path, data, position)
    },
    close() {},
    remove: () => files.remove(path),
  }
}

function onDisk(path: string): RecordingFile {
  mkdirSync(dirname(path), { recursive: true })
  const fd = openSync(path, 'w', 0o640)
  let length = 0
  return {
    append(data) {
      length += writeSync(fd, data, 0, data.length, length)
    },
    patch: (data, position) => void writeSync(fd, data, 0, data.length, position),
    close: () => closeSync(fd),
    remove: () => rmSync(path, { force: true }),
  }
}
