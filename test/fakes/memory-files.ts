// Files in memory, with faults on demand. As on Unix, a removed file stays readable for whoever has it open.

import type { AppendableFile, FileFacts, Files, ReadableFile } from '../../src/lib/files.ts'

type Operation = keyof Files | 'size' | 'read' | 'append'

interface Content {
  bytes: Uint8Array
  length: number
  changedMs: number
}

interface Fault {
  /** A path, or the name of an operation. */
  target: string
  code: string
  timesLeft: number
}

export class MemoryFiles implements Files {
  /** Bytes that `freeBytes` reports. */
  free = 1_000_000_000
  /** Files that are open right now: a test that ends with some has found a leak. */
  openCount = 0
  readonly #wall: { wallMs(): number }
  readonly #contents = new Map<string, Content>()
  readonly #folders = new Set<string>(['/'])
  readonly #faults: Fault[] = []

  constructor(wall: { wallMs(): number } = { wallMs: () => 0 }) {
    this.#wall = wall
  }

  /** The next `times` operations on this path, or of this name, throw an error with this code. */
  failNext(target: string, code: string, times = 1): void {
    this.#faults.push({ target, code, timesLeft: times })
  }

  // What somebody else on the machine does, the switch above all: no faults, missing folders are made.

  /** Appends to a file; makes it if need be. */
  grow(path: string, data: Uint8Array): void {
    const content = this.#contents.get(path) ?? this.#make(path)
    this.#write(content, data, content.length)
  }

  /** Overwrites bytes within a file, as one who corrects a header does. */
  patch(path: string, data: Uint8Array, position: number): void {
    this.#write(this.#find(path, 'read'), data, position)
  }

  truncate(path: string, bytes: number): void {
    const content = this.#find(path, 'read')
    content.length = Math.min(content.length, bytes)
    content.changedMs = this.#wall.wallMs()
  }

  rename(from: string, to: string): void {
    const content = this.#find(from, 'read')
    this.#contents.delete(from)
    this.#makeFolders(folderOf(to))
    this.#contents.set(to, content)
  }

  has(path: string): boolean {
    return this.#contents.has(path)
  }

  paths(): string[] {
    return [...this.#contents.keys()].sort()
  }

  /** A copy of what the file holds. */
  bytesOf(path: string): Buffer {
    const content = this.#find(path, 'read')
    return Buffer.from(content.bytes.subarray(0, content.length))
  }

  // What the program under test does.

  openToRead(path: string): ReadableFile {
    this.#meetFault('openToRead', path)
    const content = this.#find(path, 'open')
    this.openCount++
    let state: 'open' | 'closed' = 'open'
    const mustBeOpen = (operation: string) => {
      if (state === 'closed') throw failure('EBADF', operation, path)
    }
    return {
      size: () => {
        mustBeOpen('size')
        this.#meetFault('size', path)
        return content.length
      },
      read: (into, position) => {
        mustBeOpen('read')
        this.#meetFault('read', path)
        const found = content.bytes.subarray(Math.min(position, content.length), content.length)
        const taken = found.subarray(0, into.byteLength)
        into.set(taken)
        return taken.byteLength
      },
      close: () => {
        mustBeOpen('close')
        state = 'closed'
        this.openCount--
      },
    }
  }

  openToAppend(path: string): AppendableFile {
    this.#meetFault('openToAppend', path)
    this.#folderMustExist(path, 'open')
    const content = this.#contents.get(path) ?? this.#make(path)
    this.openCount++
    let state: 'open' | 'closed' = 'open'
    return {
      append: data => {
        if (state === 'closed') throw failure('EBADF', 'append', path)
        this.#meetFault('append', path)
        this.#write(content, data, content.length)
      },
      close: () => {
        if (state === 'closed') throw failure('EBADF', 'close', path)
        state = 'closed'
        this.openCount--
      },
    }
  }

  remove(path: string): void {
    this.#meetFault('remove', path)
    this.#contents.delete(path)
  }

  makeFolder(path: string): void {
    this.#meetFault('makeFolder', path)
    this.#makeFolders(path)
  }

  async exists(path: string): Promise<boolean> {
    this.#meetFault('exists', path)
    return this.#contents.has(path) || this.#folders.has(path)
  }

  async readFile(path: string): Promise<Buffer> {
    this.#meetFault('readFile', path)
    return this.bytesOf(path)
  }

  async writeFile(path: string, data: Uint8Array): Promise<void> {
    this.#meetFault('writeFile', path)
    this.#folderMustExist(path, 'open')
    this.#write(this.#make(path), data, 0)
  }

  async createFile(path: string, data: Uint8Array): Promise<boolean> {
    this.#meetFault('createFile', path)
    this.#folderMustExist(path, 'open')
    if (this.#contents.has(path)) return false
    this.#write(this.#make(path), data, 0)
    return true
  }

  async list(folder: string): Promise<FileFacts[]> {
    this.#meetFault('list', folder)
    if (!this.#folders.has(folder)) throw failure('ENOENT', 'scandir', folder)
    const facts: FileFacts[] = []
    for (const [path, content] of this.#contents) {
      if (folderOf(path) !== folder) continue
      const name = path.slice(path.lastIndexOf('/') + 1)
      facts.push({ name, bytes: content.length, changedMs: content.changedMs })
    }
    return facts
  }

  freeBytes(folder: string): number {
    this.#meetFault('freeBytes', folder)
    return this.free
  }

  #meetFault(operation: Operation, path: string): void {
    const at = this.#faults.findIndex(fault => fault.target === path || fault.target === operation)
    const fault = this.#faults[at]
    if (!fault) return
    fault.timesLeft--
    if (fault.timesLeft === 0) this.#faults.splice(at, 1)
    throw failure(fault.code, operation, path)
  }

  #find(path: string, operation: string): Content {
    const content = this.#contents.get(path)
    if (!content) throw failure('ENOENT', operation, path)
    return content
  }

  #make(path: string): Content {
    this.#makeFolders(folderOf(path))
    const content = { bytes: new Uint8Array(4_096), length: 0, changedMs: this.#wall.wallMs() }
    this.#contents.set(path, content)
    return content
  }

  #write(content: Content, data: Uint8Array, position: number): void {
    const end = position + data.byteLength
    if (end > content.bytes.byteLength) {
      const roomier = new Uint8Array(Math.max(end, 2 * content.bytes.byteLength))
      roomier.set(content.bytes.subarray(0, content.length))
      content.bytes = roomier
    }
    content.bytes.set(data, position)
    content.length = Math.max(content.length, end)
    content.changedMs = this.#wall.wallMs()
  }

  #makeFolders(path: string): void {
    for (let folder = path; !this.#folders.has(folder); folder = folderOf(folder)) this.#folders.add(folder)
  }

  #folderMustExist(path: string, operation: string): void {
    if (!this.#folders.has(folderOf(path))) throw failure('ENOENT', operation, path)
  }
}

function folderOf(path: string): string {
  const at = path.lastIndexOf('/')
  if (at < 0) return '.'
  return at === 0 ? '/' : path.slice(0, at)
}

function failure(code: string, operation: string, path: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`${code}: ${operation} '${path}'`)
  error.code = code
  error.syscall = operation
  error.path = path
  return error
}
