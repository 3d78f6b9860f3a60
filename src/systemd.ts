// What systemd and this process say to each other: the listening socket that it holds for us, and our signs
// of life. Messages go by the program `systemd-notify`, since Node cannot send to a Unix datagram socket. A
// small shell starts that program: were it started from here, the fork of a process of our size would stop
// the event loop for 5 to 15 ms each time.

import { type ChildProcess, spawn } from 'node:child_process'
import type { Clock, Timer } from './lib/clock.ts'
import type { Log } from './lib/log.ts'
import { StartFailed } from './readiness.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The first socket that is passed on, see sd_listen_fds(3). */
const FIRST_FD = 3

/**
 * The descriptor of the listening socket that systemd passed to process `pid`, if it did. More than one would
 * be a mistake in the socket unit: the others stay unheard, and callers on them would wait in vain. Throws
 * StartFailed then.
 */
export function inheritedSocket(env: Environment, pid: number): number | undefined {
  if (env.LISTEN_PID !== String(pid)) return undefined
  const count = Number(env.LISTEN_FDS)
  if (!Number.isInteger(count) || count < 1) return undefined
  if (count > 1)
    throw new StartFailed(`systemd passes ${count} sockets, but one is needed: see parley.socket`)
  return FIRST_FD
}

/**
 * How often systemd wants a sign of life: twice within its limit. Undefined when it wants none from process
 * `pid`.
 */
export function signOfLifeEveryMs(env: Environment, pid: number): number | undefined {
  if (env.WATCHDOG_PID !== undefined && env.WATCHDOG_PID !== String(pid)) return undefined
  const limitUs = Number(env.WATCHDOG_USEC)
  return limitUs > 0 ? limitUs / 1_000 / 2 : undefined
}

/**
 * Answers each line with the exit code of the program. Signals to the whole group must not silence it
 * before us.
 */
const COURIER = `trap '' TERM INT HUP USR2; while read -r state; do systemd-notify "$state" >&2; echo $?; done`

export interface SystemdOptions {
  env: Environment
  pid: number
  clock: Clock
  log: Log
}

export class Systemd {
  readonly #options: SystemdOptions
  #courier: ChildProcess | undefined
  /** Messages that are on their way. */
  #underway = 0
  #beating: Timer | undefined
  #hasFailed = false

  constructor(options: SystemdOptions) {
    this.#options = options
  }

  /**
   * Calls are taken from now on. Signs of life follow, from the event loop: while it is blocked there are
   * none.
   */
  ready(): void {
    this.#send('READY=1')
    const { env, pid, clock } = this.#options
    const everyMs = signOfLifeEveryMs(env, pid)
    if (everyMs === undefined || !env.NOTIFY_SOCKET) return
    this.#beating = clock.every(everyMs, () => {
      // Never two at once: a manager that is slow to read is not helped by more of them.
      if (this.#underway === 0) this.#send('WATCHDOG=1')
    })
  }

  /** The process is going to end. Signs of life go on, as it may take its time. */
  stopping(): void {
    this.#send('STOPPING=1')
  }

  /** The last message has been sent. */
  end(): void {
    this.#beating?.cancel()
    this.#courier?.stdin?.end()
    this.#courier = undefined
  }

  /** Everything that was said has been passed on. */
  get isQuiet(): boolean {
    return this.#underway === 0
  }

  #send(state: string): void {
    if (!this.#options.env.NOTIFY_SOCKET) return // whoever started us does not want to know
    this.#courier ??= this.#startCourier()
    this.#underway++
    this.#courier.stdin?.write(`${state}\n`)
  }

  #startCourier(): ChildProcess {
    const { PATH, NOTIFY_SOCKET } = this.#options.env
    const courier = spawn('sh', ['-c', COURIER], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH, NOTIFY_SOCKET },
    })
    const onGone = (why: string) => {
      if (this.#courier !== courier) return
      this.#courier = undefined // the next message starts another
      this.#underway = 0
      this.#complain(why)
    }
    courier.once('error', error => onGone(error.message))
    courier.once('exit', code => onGone(`the shell that starts it ended with ${code}`))
    courier.stdin.on('error', () => {}) // it is gone, and `exit` tells
    courier.stdout.setEncoding('utf8').on('data', (answers: string) => this.#onAnswers(answers))
    return courier
  }

  #onAnswers(answers: string): void {
    for (const code of answers.split('\n').slice(0, -1)) {
      this.#underway = Math.max(0, this.#underway - 1)
      if (code !== '0') this.#complain(`systemd-notify ended with ${code}`)
    }
  }

  #complain(why: string): void {
    if (this.#hasFailed) return
    this.#hasFailed = true
    this.#options.log.error({ why }, 'systemd cannot be told that we are alive')
  }
}
