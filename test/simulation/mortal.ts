// What a process has that dies with it: its timers, its open files. After a kill nothing of them may happen any more, whatever
// promises the dead code still holds.

import type { Clock, Timer } from '../../src/lib/clock.ts'
import type { AppendableFile, Files, ReadableFile } from '../../src/lib/files.ts'
import type { ManualClock } from '../fakes/manual-clock.ts'
import type { MemoryFiles } from '../fakes/memory-files.ts'

const NO_TIMER: Timer = { cancel: () => {} }

export class MortalClock implements Clock {
  readonly #clock: ManualClock
  #timers: Set<Timer> | undefined = new Set()

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  /** Timers that have neither fired nor been cancelled. */
  get pending(): number {
    return this.#timers?.size ?? 0
  }

  now(): number {
    return this.#clock.now()
  }

  wallMs(): number {
    return this.#clock.wallMs()
  }

  after(ms: number, run: () => void): Timer {
    const timers = this.#timers
    if (!timers) return NO_TIMER
    const timer = this.#clock.after(ms, () => {
      timers.delete(mine)
      run()
    })
    const mine = this.#keep(timer, timers)
    return mine
  }

  every(ms: number, run: () => void): Timer {
    const timers = this.#timers
    return timers ? this.#keep(this.#clock.every(ms, run), timers) : NO_TIMER
  }

  die(): void {
    const timers = this.#timers ?? []
    this.#timers = undefined
    for (const timer of timers) timer.cancel()
  }

  #keep(timer: Timer, timers: Set<Timer>): Timer {
    const mine: Timer = {
      cancel: () => {
        timers.delete(mine)
        timer.cancel()
      },
    }
    timers.add(mine)
    return mine
  }
}

/** What becomes of a file operation of a process that is gone: whoever waits for it waits for ever. */
const NEVER: Promise<never> = new Promise(() => {})

class ProcessGone extends Error {
  override name = 'ProcessGone'
}

/** A full disk takes no more; it takes it again when there is room. */
export interface Disk {
  full: boolean
  /** So long whatever need not be done at once takes. */
  eachMs: number
}

export class MortalFiles implements Files {
  readonly #files: MemoryFiles
  readonly #clock: MortalClock
  readonly #disk: Disk
  readonly #open = new Set<{ close(): void }>()
  #state: 'alive' | 'dead' = 'alive'

  constructor(files: MemoryFiles, clock: MortalClock, disk: Disk) {
    this.#files = files
    this.#clock = clock
    this.#disk = disk
  }

  get openCount(): number {
    return this.#open.size
  }

  die(): void {
    this.#state = 'dead'
    for (const file of this.#open) file.close()
    this.#open.clear()
  }

  openToRead(path: string): ReadableFile {
    this.#mustLive()
    const file = this.#files.openToRead(path)
    this.#open.add(file)
    return {
      size: () => file.size(),
      read: (into, position) => file.read(into, position),
      close: () => this.#close(file),
    }
  }

  openToAppend(path: string): AppendableFile {
    this.#mustLive()
    if (!this.#files.has(path)) this.#mustHaveRoom()
    const file = this.#files.openToAppend(path)
    this.#open.add(file)
    return {
      append: data => {
        this.#mustLive()
        this.#mustHaveRoom()
        file.append(data)
      },
      close: () => this.#close(file),
    }
  }

  remove(path: string): void {
    this.#mustLive()
    this.#files.remove(path)
  }

  makeFolder(path: string): void {
    this.#mustLive()
    this.#files.makeFolder(path)
  }

  exists(path: string): Promise<boolean> {
    return this.#later(() => this.#files.exists(path))
  }

  readFile(path: string): Promise<Buffer> {
    return this.#later(() => this.#files.readFile(path))
  }

  writeFile(path: string, data: Uint8Array): Promise<void> {
    return this.#later(async () => {
      this.#mustHaveRoom()
      await this.#files.writeFile(path, data)
    })
  }

  createFile(path: string, data: Uint8Array): Promise<boolean> {
    return this.#later(async () => {
      this.#mustHaveRoom()
      return this.#files.createFile(path, data)
    })
  }

  list(folder: string): ReturnType<Files['list']> {
    return this.#later(() => this.#files.list(folder))
  }

  freeBytes(folder: string): number {
    return this.#disk.full ? 0 : this.#files.freeBytes(folder)
  }

  #later<T>(work: () => Promise<T>): Promise<T> {
    if (this.#state === 'dead') return NEVER
    const { eachMs } = this.#disk
    if (eachMs === 0) return work()
    // The timer dies with the process, and with it this file operation.
    return new Promise(resolve => void this.#clock.after(eachMs, () => resolve(work())))
  }

  #close(file: { close(): void }): void {
    if (this.#state === 'dead') return
    this.#open.delete(file)
    file.close()
  }

  #mustLive(): void {
    if (this.#state === 'dead') throw new ProcessGone('the process was killed')
  }

  #mustHaveRoom(): void {
    if (!this.#disk.full) return
    const error: NodeJS.ErrnoException = new Error('ENOSPC: no space left on device')
    error.code = 'ENOSPC'
    throw error
  }
}
