// The file system as something one is given. The synchronous half is for the spool, which lies on a memory file system
// (a read there takes about 5 µs and must not be reordered) and for appending to a journal; the rest is asynchronous.

import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs'
import { chmod, link, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'

/** A file that is read while somebody else may still be writing it. */
export interface ReadableFile {
  /** Bytes in the file at this moment. */
  size(): number
  /** Reads into `into` from byte `position`; returns how many bytes there were. */
  read(into: Uint8Array, position: number): number
  close(): void
}

/** A file to which only we append. */
export interface AppendableFile {
  append(data: Uint8Array): void
  close(): void
}

export interface FileFacts {
  name: string
  bytes: number
  /** Wall-clock milliseconds of the last change. */
  changedMs: number
}

/** What callers say and hear is for us and our group, to which the switch belongs. */
const FILE_MODE = 0o640

/** Every failure is the `NodeJS.ErrnoException` of the call, with its `code` (`ENOENT`, `ENOSPC`, …). */
export interface Files {
  openToRead(path: string): ReadableFile
  openToAppend(path: string): AppendableFile
  /** Removes a file; one that is not there is no error. */
  remove(path: string): void
  /** Makes it with what is missing above it; `mode` (whatever the umask) only where it did not exist. */
  makeFolder(path: string, mode?: number): void
  exists(path: string): Promise<boolean>
  readFile(path: string): Promise<Buffer>
  /** Writes whole or not at all: a reader never sees half a file. */
  writeFile(path: string, data: Uint8Array): Promise<void>
  /** Writes a new file whole, with this mode whatever the umask; false where there is one already, which stays as it is. */
  createFile(path: string, data: Uint8Array, mode: number): Promise<boolean>
  list(folder: string): Promise<FileFacts[]>
  /** Bytes free on the file system that holds `folder`. */
  freeBytes(folder: string): number
}

export const diskFiles: Files = {
  openToRead(path) {
    const fd = openSync(path, 'r')
    return {
      size: () => fstatSync(fd).size,
      read: (into, position) => readSync(fd, into, 0, into.byteLength, position),
      close: () => closeSync(fd),
    }
  },
  openToAppend(path) {
    const fd = openSync(path, 'a', FILE_MODE)
    return { append: data => writeFully(fd, data), close: () => closeSync(fd) }
  },
  remove: path => rmSync(path, { force: true }),
  makeFolder(path, mode) {
    const made = mkdirSync(path, { recursive: true })
    if (made !== undefined && mode !== undefined) chmodSync(path, mode)
  },
  exists: path =>
    stat(path).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false
        throw error
      },
    ),
  readFile: path => readFile(path),
  async writeFile(path, data) {
    const partial = `${path}.${randomUUID()}.part`
    try {
      await writeFile(partial, data)
      await chmod(partial, FILE_MODE)
      await rename(partial, path)
    } catch (error) {
      await rm(partial, { force: true })
      throw error
    }
  },
  async createFile(path, data, mode) {
    const partial = `${path}.${randomUUID()}.part`
    try {
      await writeFile(partial, data, { mode: 0o600 })
      await chmod(partial, mode)
      await link(partial, path) // and not rename, which replaces what is there
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    } finally {
      await rm(partial, { force: true })
    }
  },
  async list(folder) {
    const names = await readdir(folder, { withFileTypes: true })
    const facts: FileFacts[] = []
    for (const entry of names) {
      if (!entry.isFile()) continue
      const found = await stat(`${folder}/${entry.name}`).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined // removed between the two looks
        throw error
      })
      if (found) facts.push({ name: entry.name, bytes: found.size, changedMs: found.mtimeMs })
    }
    return facts
  },
  freeBytes(folder) {
    const facts = statfsSync(folder)
    return facts.bavail * facts.bsize
  },
}

function writeFully(fd: number, data: Uint8Array): void {
  let written = 0
  while (written < data.byteLength) written += writeSync(fd, data, written)
}
