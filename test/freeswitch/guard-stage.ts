// What one check of the guarded dialplan needs: a daemon under a manager, a caller on the real switch, and
// a look at both.

import { randomUUID } from 'node:crypto'
import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type GoogleProcess, speechAt } from '../apps/processes.ts'
import { printedAt, TestManager } from '../systemd/manager.ts'
import type { Findings } from './findings.ts'
import { RealPhone } from './real-phone.ts'
import type { RealSwitch } from './real-switch.ts'

/** The number of the guarded way on the switch of the tests. */
export const GUARDED = '5100'
const PATIENCE_MS = 15_000
const LOOK_EVERY_MS = 20
/** A second: far from the seven after which the timer itself would end. */
const TASK_LOOKS = 50
/** A recording that runs has grown by then. */
const GROWTH_MS = 400

export class GuardStage {
  readonly notes: string[]
  readonly faults: string[]
  readonly #switch: RealSwitch
  readonly #google: GoogleProcess
  readonly #folder: string
  readonly #spool = join('/dev/shm', `parley-guard-${randomUUID()}`)
  readonly #phones: RealPhone[] = []
  #manager: TestManager | undefined

  /** `folder`: its own. */
  constructor(pbx: RealSwitch, google: GoogleProcess, folder: string, { notes, faults }: Findings) {
    this.notes = notes
    this.faults = faults
    this.#switch = pbx
    this.#google = google
    this.#folder = folder
  }

  async start(options: { restarts: boolean; watches?: boolean }): Promise<void> {
    const begin = await this.startLater(options)
    await begin()
  }

  /** Its port is known, and refuses until what is returned has been called. */
  async startLater(options: { restarts: boolean; watches?: boolean }): Promise<() => Promise<void>> {
    await mkdir(this.#folder, { recursive: true })
    const configurationFile = join(this.#folder, 'parley.json5')
    const configuration = {
      control: this.#switch.control,
      web: { enabled: false },
      spool: { dir: this.#spool },
      state: { dir: join(this.#folder, 'state') },
      speech: speechAt(this.#google.port),
    }
    await writeFile(configurationFile, JSON.stringify(configuration))
    const manager = TestManager.open({ ...options, folder: this.#folder, configurationFile })
    this.#manager = manager
    return () => manager.begin()
  }

  /** A caller on the guarded way; without a daemon, at a port where nobody listens. */
  async dials(variables: Readonly<Record<string, string>> = {}): Promise<RealPhone> {
    const phone = await RealPhone.dials(this.#switch, {
      variables: { parley_guarded: 'true', parley_profile: 'default', ...variables },
      daemonPort: this.#manager?.port ?? 1,
    })
    this.#phones.push(phone)
    return phone
  }

  /** A caller in the middle of a call; what the daemon records, and what the PBX does. */
  async call(): Promise<{ phone: RealPhone; ours: string; theirs: string }> {
    const phone = await this.dials()
    await this.daemonHas(phone)
    await phone.hearsSpeech()
    const theirs = await this.#record(phone, 'pbx')
    return { phone, ours: await this.#variable(phone, 'parley_recordings'), theirs }
  }

  /** Resolves to when it was. */
  strike(signal: NodeJS.Signals): number {
    this.#life.process.kill(signal)
    return performance.now()
  }

  async daemonHas(phone: RealPhone): Promise<{ atMs: number; readyMs: number }> {
    const admitted = () =>
      printedAt(this.#life, '"call admitted"', phone.id) ?? printedAt(this.#life, '"call resumed"', phone.id)
    await phone.until(() => admitted() !== undefined, { withinMs: PATIENCE_MS, what: 'is admitted' })
    return { atMs: admitted() ?? 0, readyMs: printedAt(this.#life, '"ready"') ?? 0 }
  }

  async newDaemonHas(phone: RealPhone): Promise<{ atMs: number; readyMs: number }> {
    const before = this.#life
    await phone.until(() => this.#life !== before, {
      withinMs: PATIENCE_MS,
      what: 'sees the daemon restarted',
    })
    return this.daemonHas(phone)
  }

  async isWithPeople(phone: RealPhone, sinceMs: number, boundMs: number): Promise<void> {
    const { atMs } = await phone.isSentToPeople({ withinMs: PATIENCE_MS })
    this.within('people', performance.now() - (phone.ms - atMs) - sinceMs, boundMs)
  }

  async isWithDaemon(phone: RealPhone): Promise<boolean> {
    return !phone.isOver && (await this.#headerOf(phone, 'Caller-Destination-Number')) === GUARDED
  }

  /** People and caller are connected, and not in the limbo where a channel lives on in silence. */
  async stillTalks(phone: RealPhone): Promise<void> {
    const state = await this.#headerOf(phone, 'Channel-State')
    const application = await this.#variable(phone, 'current_application')
    if (state !== 'CS_EXECUTE' || !/^(playback|sleep)$/.test(application))
      this.faults.push(`the caller is not with people: ${state} ${application}`)
  }

  /** The switch has nothing in mind with this call. */
  async noTimer(phone: RealPhone): Promise<void> {
    // The switch's table of tasks is written behind its back: a timer that was deleted just now may still stand in it.
    const hasTimer = async () => (await this.#switch.link.api('show', 'tasks')).includes(phone.id)
    for (let looks = 0; looks < TASK_LOOKS; looks++) {
      if (!(await hasTimer())) return
      await sleep(LOOK_EVERY_MS)
    }
    this.faults.push('a timer of the switch runs')
  }

  async grows(path: string, expected: boolean, what: string): Promise<void> {
    const before = await sizeOf(path)
    await sleep(GROWTH_MS)
    const grows = (await sizeOf(path)) > before
    if (grows !== expected) this.faults.push(`${what} ${grows ? 'goes on' : 'has ended'}`)
  }

  /** Records so often as if it were ours, and once as the PBX does; then the call goes the way to people. */
  async recordingsEnd(phone: RealPhone, count: number): Promise<void> {
    const { link } = this.#switch
    const ours: string[] = []
    for (let i = 0; i < count; i++) ours.push(await this.#record(phone, `ours-${count}-${i}`))
    const theirs = await this.#record(phone, `theirs-${count}`)
    await link.api('uuid_setvar', `${phone.id} parley_recordings ${ours.join(',')}`)
    await this.goesToPeople(phone)
    await sleep(GROWTH_MS)
    for (const path of ours) await this.grows(path, false, `recording ${ours.indexOf(path) + 1} of ${count}`)
    await this.grows(theirs, true, 'the recording of the PBX')
    await this.stillTalks(phone)
  }

  /** As the switch's timer sends a caller. */
  async goesToPeople(phone: RealPhone): Promise<void> {
    await this.#switch.link.api('uuid_transfer', `${phone.id} parley-people XML public`)
  }

  within(what: string, ms: number, boundMs: number): void {
    this.notes.push(`${what} after ${Math.round(ms)} ms`)
    if (ms > boundMs) this.faults.push(`later than ${boundMs} ms`)
  }

  async close(): Promise<void> {
    for (const phone of this.#phones) {
      phone.hangsUp()
      await phone.callIsOver({ withinMs: PATIENCE_MS })
    }
    await this.#manager?.stop()
    for (const life of this.#manager?.lives ?? [])
      for (const { text } of life.printed)
        if (!/"level":"(debug|info)"/.test(text)) this.notes.push(`the daemon says ${text}`)
    await rm(this.#spool, { recursive: true, force: true })
  }

  get #life(): TestManager['life'] {
    if (!this.#manager) throw new Error('no daemon was started')
    return this.#manager.life
  }

  async #record(phone: RealPhone, name: string): Promise<string> {
    const path = join(this.#switch.recordings, `${phone.id}-${name}.wav`)
    await this.#switch.link.api(
      'uuid_record',
      `${phone.id} start ${path} 0 {enable_file_write_buffering=false}`,
    )
    for (let waitedMs = 0; (await sizeOf(path)) < 1_000 && waitedMs < PATIENCE_MS; waitedMs += LOOK_EVERY_MS)
      await sleep(LOOK_EVERY_MS)
    return path
  }

  async #headerOf(phone: RealPhone, name: string): Promise<string> {
    const dump = await this.#switch.link.api('uuid_dump', phone.id)
    const line = dump.split('\n').find(one => one.startsWith(`${name}: `)) ?? ''
    return line.slice(name.length + 2).trim()
  }

  async #variable(phone: RealPhone, name: string): Promise<string> {
    return (await this.#switch.link.api('uuid_getvar', `${phone.id} ${name}`)).trim()
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0
}
