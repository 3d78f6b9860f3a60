// Where a running daemon writes its process id, so that commands find it; and who that process is, as a file that was left
// behind may name a number that is somebody else's by now.

import type { Files } from './lib/files.ts'

/** Longer than any process id: whatever more there is, it is none. */
const LONGEST_ID = 10

export class PidFile {
  readonly path: string
  readonly #files: Files

  constructor(stateFolder: string, files: Files) {
    this.path = `${stateFolder}/parley.pid`
    this.#files = files
  }

  /** Rejects with the error of the file system. */
  write(pid: number): Promise<void> {
    return this.#files.writeFile(this.path, Buffer.from(`${pid}\n`))
  }

  /** Throws the error of the file system. */
  remove(): void {
    this.#files.remove(this.path)
  }

  /** Undefined when there is no file, or none that holds a process id. */
  async read(): Promise<number | undefined> {
    const text = (await contentOf(this.#files, this.path))?.toString('latin1').trim()
    return text !== undefined && text.length <= LONGEST_ID && /^[1-9]\d*$/.test(text)
      ? Number(text)
      : undefined
  }
}

/** Whether this process exists and is a daemon of ours: its command line runs our main file. */
export async function isParley(pid: number, files: Files): Promise<boolean> {
  const commandLine = (await contentOf(files, `/proc/${pid}/cmdline`))?.toString('utf8') ?? ''
  const [program = '', ...args] = commandLine.split('\0')
  return /(^|\/)node$/.test(program) && args.some(arg => /(^|\/)src\/main\.ts$/.test(arg))
}

async function contentOf(files: Files, path: string): Promise<Buffer | undefined> {
  try {
    return await files.readFile(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return undefined // gone, the process perhaps while it was read
    throw error
  }
}
