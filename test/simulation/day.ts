// One simulated day: callers come, things happen, everybody goes, and what must hold is looked at all the time and at the end.

import type { Log } from '../../src/lib/log.ts'
import { unreachable } from '../../src/lib/unreachable.ts'
import type { FakeFreeswitch } from '../fake-freeswitch/fake-freeswitch.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { MemoryFiles } from '../fakes/memory-files.ts'
import { Agents } from './agents.ts'
import { Breaches, type Broken } from './broken.ts'
import { openSwitch } from './building.ts'
import { comes, mayGo, newCaller, type SimulatedCaller } from './caller.ts'
import { checkAll } from './checks.ts'
import { Daemon } from './daemon.ts'
import { Minds } from './engine.ts'
import { Ledger } from './ledger.ts'
import { JOURNALS, KEPT, SPOOL } from './life.ts'
import { type LogLine, recordingLog } from './log.ts'
import type { Disk } from './mortal.ts'
import type { Happening, Plan } from './plan.ts'
import { inTurn } from './providers.ts'
import { Talks } from './talks.ts'
import { Watch } from './watch.ts'

export interface DayResult {
  broken: Broken[]
  /** By the name of the file. */
  journals: Record<string, Buffer>
  simulatedMs: number
  /** What became of transfers, and how often. */
  outcomes: Record<string, number>
  /** For whoever looks for the cause. */
  story: { log: LogLine[]; transcripts: Record<string, string>; deaths: Daemon['deaths'] }
}

/** Everything of a day that the checks look at. */
export interface World {
  plan: Plan
  clock: ManualClock
  files: MemoryFiles
  pbx: FakeFreeswitch
  daemon: Daemon
  callers: readonly SimulatedCaller[]
  agents: Agents
  ledger: Ledger
  log: LogLine[]
  wrongSessions: string[]
}

/** What is wrong at the moment. */
interface Troubles {
  disk: Disk
  recordingsRefused: boolean
  overloaded: boolean
}

const FRAME_MS = 20
/** A day that lasts longer has a call in it that does not end, and the watch has said so. */
const LONGEST_DAY_MS = 900_000
/** What is being let go of takes no longer: a connection lingers for 6 s, then a reply may be waited for. */
const SETTLING_MS = 13_000
const ANSWER_MS = 200

export async function simulate(plan: Plan): Promise<DayResult> {
  const clock = new ManualClock()
  const breaches = new Breaches(() => clock.now())
  const world = openWorld(plan, clock)
  const strays = catchStrays(breaches)
  try {
    await live(world, breaches)
    checkAll(world, breaches)
  } catch (error) {
    breaches.add('no-stray-error', error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
  world.agents.close()
  world.daemon.close()
  world.pbx.stop()
  await clock.settle()
  strays.dispose()
  return resultOf(world, breaches)
}

/** The day, and the same day again: nothing of it may be different. */
export async function simulateTwice(plan: Plan): Promise<DayResult> {
  const first = await simulate(plan)
  const second = await simulate(plan)
  const breaches = new Breaches(() => first.simulatedMs)
  const names = [...new Set([...Object.keys(first.journals), ...Object.keys(second.journals)])]
  for (const name of names) {
    const [one, other] = [first.journals[name], second.journals[name]]
    if (!one || !other?.equals(one)) breaches.add('deterministic', `${name} is not the same twice`)
  }
  return { ...first, broken: [...first.broken, ...breaches.all] }
}

function openWorld(plan: Plan, clock: ManualClock): World {
  const files = new MemoryFiles(clock)
  for (const folder of [SPOOL, JOURNALS, KEPT, '/state/prompts', '/sounds']) files.makeFolder(folder)
  const troubles: Troubles = { disk: { full: false, eachMs: 0 }, recordingsRefused: false, overloaded: false }
  const { disk } = troubles
  const minds = new Minds()
  const lines: LogLine[] = []
  const log: Log = recordingLog(lines, () => clock.now())
  const wrongSessions: string[] = []
  const agents = new Agents(plan, clock)
  const ledger = new Ledger(() => clock.now())
  const daemon: Daemon = new Daemon({
    plan,
    clock,
    files,
    disk,
    minds,
    log,
    overload: () => (troubles.overloaded ? 'overloaded' : null),
    nextHearing: inTurn(plan.hearings, { hears: 'nothing', afterMs: 150 }),
    nextVoice: inTurn(plan.voices, { speaks: 'well', afterMs: 50 }),
    onWrongSession: what => void wrongSessions.push(what),
    connectControl: () => daemon.connectControl(() => pbx.connectControl()),
    onNews: (life, news) => ledger.take(life, news),
  })
  const pbx = openSwitch({
    plan,
    clock,
    files,
    dial: () => daemon.dial(),
    agents,
    refusesRecordings: () => troubles.recordingsRefused,
    isDiskFull: () => disk.full,
  })
  agents.meet(pbx)
  const callers = plan.callers.map(newCaller)
  for (const { id, plan: one } of callers) minds.add(id, one)
  const world = { plan, clock, files, pbx, daemon, callers, agents, ledger, log: lines, wrongSessions }
  for (const one of plan.happenings) clock.after(one.atMs, () => happen(one, world, troubles))
  return world
}

async function live(world: World, breaches: Breaches): Promise<void> {
  const { clock, callers, daemon, pbx, plan, agents } = world
  await daemon.begin()
  const watch = new Watch(callers, plan, daemon, agents, breaches)
  const talks = new Talks(world, breaches)
  const stage = { clock, pbx, dial: () => daemon.dial(), agents, daemon }
  for (const caller of callers) clock.after(caller.plan.comesAtMs, () => void comes(caller, stage))
  while (!callers.every(isGone) && clock.now() < LONGEST_DAY_MS) {
    await clock.advanceAsync(FRAME_MS)
    agents.look(clock.now())
    watch.look(clock.now())
    talks.look(clock.now())
    for (const caller of callers) mayGo(caller, agents, clock.now())
    if (breaches.all.some(({ invariant }) => invariant === 'caller-moves-on')) break
  }
  for (const { person } of callers) if (person && !person.isOver) person.hangsUp()
  const settledMs = clock.now() + SETTLING_MS
  while (agents.live.length > 0 && clock.now() < settledMs) {
    await clock.advanceAsync(FRAME_MS)
    agents.look(clock.now())
    talks.look(clock.now())
  }
  await clock.advanceAsync(settledMs - clock.now())
  daemon.retire()
  // What the switch was just asked for is answered.
  await clock.advanceAsync(ANSWER_MS)
}

function isGone({ person }: SimulatedCaller): boolean {
  return person?.isOver ?? false
}

function happen(one: Happening, { clock, daemon, files }: World, troubles: Troubles): void {
  const forMs = (ms: number, set: (isSo: boolean) => void) => {
    set(true)
    clock.after(ms, () => set(false))
  }
  switch (one.happens) {
    case 'kill':
      return daemon.kill(one.backAfterMs, one.tornBytes)
    case 'suspend':
      return daemon.suspend(one.backAfterMs)
    case 'drain':
      return daemon.drain(one.backAfterMs)
    case 'disk full':
      return forMs(one.ms, isSo => {
        troubles.disk.full = isSo
      })
    case 'disk slow':
      return forMs(one.ms, isSo => {
        troubles.disk.eachMs = isSo ? one.eachMs : 0
      })
    case 'overload':
      return forMs(one.ms, isSo => {
        troubles.overloaded = isSo
      })
    case 'recordings refused':
      return forMs(one.ms, isSo => {
        troubles.recordingsRefused = isSo
      })
    case 'wall jumps':
      return clock.jumpWall(one.ms)
    case 'prompts vanish':
      return removeAll(files, '/state/prompts/')
    case 'control cut':
      return daemon.cutControl(one.ms)
    case 'recordings vanish':
      return removeAll(files, `${SPOOL}/`)
    default:
      return unreachable(one)
  }
}

function removeAll(files: MemoryFiles, folder: string): void {
  for (const path of files.paths()) if (path.startsWith(folder)) files.remove(path)
}

/** What nobody catches in the code under test arrives at the process. */
function catchStrays(breaches: Breaches): { dispose(): void } {
  const onStray = (error: unknown) =>
    breaches.add('no-stray-error', error instanceof Error ? (error.stack ?? error.message) : String(error))
  process.on('unhandledRejection', onStray)
  process.on('uncaughtException', onStray)
  return {
    dispose: () => {
      process.off('unhandledRejection', onStray)
      process.off('uncaughtException', onStray)
    },
  }
}

function resultOf({ files, clock, log, callers, daemon, ledger }: World, breaches: Breaches): DayResult {
  const journals: Record<string, Buffer> = {}
  for (const path of files.paths()) if (path.startsWith(`${JOURNALS}/`)) journals[path] = files.bytesOf(path)
  const transcripts = Object.fromEntries(
    callers.map(({ id, person }) => [id, person?.transcript.print() ?? '']),
  )
  return {
    broken: breaches.all,
    journals,
    simulatedMs: clock.now(),
    outcomes: ledger.outcomes,
    story: { log, transcripts, deaths: daemon.deaths },
  }
}
