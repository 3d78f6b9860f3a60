// `parley drain`: asks the running daemon to hand new calls to people and to end when its last caller has gone, and waits for
// that. Whom it waits for is in the daemon's log.
// Exit codes: 0 it has ended, 1 there is none or it cannot be asked, 2 the configuration is wrong.

import { ConfigurationInvalid } from '../config/faults.ts'
import { loadStateFolder } from '../config/load.ts'
import { processSurroundings } from '../config/surroundings.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { diskFiles, type Files } from '../lib/files.ts'
import { isParley, PidFile } from '../pid-file.ts'

const LOOK_EVERY_MS = 250
const NEWS_EVERY_MS = 5_000

/** There is nobody to drain; the message is one sentence for the operator. */
class NoDaemon extends Error {
  override name = 'NoDaemon'
}

const say = (line: string) => void process.stdout.write(`${line}\n`)

try {
  await drain(new PidFile(loadStateFolder(processSurroundings()), diskFiles), diskFiles, systemClock)
} catch (error) {
  if (!(error instanceof ConfigurationInvalid || error instanceof NoDaemon)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = error instanceof NoDaemon ? 1 : 2
}

async function drain(file: PidFile, files: Files, clock: Clock): Promise<void> {
  const pid = await runningDaemon(file, files)
  try {
    process.kill(pid, 'SIGUSR2')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new NoDaemon(`Process ${pid} is Parley, but it cannot be asked to drain: ${code}.`, {
      cause: error,
    })
  }
  say(
    `Process ${pid} hands new calls to people and ends with its last call; its log tells whom it waits for.`,
  )
  say('Nothing is undone by leaving here. SIGTERM ends the waiting: its callers go on with the next daemon.')
  await gone(pid, files, clock)
}

/** Throws NoDaemon. */
async function runningDaemon(file: PidFile, files: Files): Promise<number> {
  const pid = await file.read().catch((error: NodeJS.ErrnoException) => {
    throw new NoDaemon(`${file.path} cannot be read: ${error.code}.`, { cause: error })
  })
  if (pid === undefined) throw new NoDaemon(`No Parley is running: there is no process id in ${file.path}.`)
  if (await isParley(pid, files)) return pid
  const what = (await files.exists(`/proc/${pid}`)) ? 'is another program' : 'is gone'
  throw new NoDaemon(`No Parley is running: ${file.path} names process ${pid}, which ${what}.`)
}

async function gone(pid: number, files: Files, clock: Clock): Promise<void> {
  const beganMs = clock.now()
  const waited = () => `${Math.round((clock.now() - beganMs) / 1_000)} s`
  let toldMs = beganMs
  while (await isParley(pid, files)) {
    if (clock.now() - toldMs >= NEWS_EVERY_MS) {
      say(`${waited()}: it still has calls.`)
      toldMs = clock.now()
    }
    await new Promise<void>(resolve => void clock.after(LOOK_EVERY_MS, resolve))
  }
  say(`${waited()}: it has ended.`)
}
