// One life of the daemon: everything that its process would be made of, on a clock and files that die with it. Only providers
// and the planned engine are fakes, at their ports.

import type { Duplex } from 'node:stream'
import { Followers } from '../../src/audio/follower.ts'
import { VoiceDetectors } from '../../src/audio/voice-detector.ts'
import { Adoptions } from '../../src/call/adoptions.ts'
import { Calls } from '../../src/call/calls.ts'
import { isLeaving } from '../../src/call/dialogue/leaving.ts'
import { transferIn } from '../../src/call/dialogue/state.ts'
import { Listener } from '../../src/call/listener.ts'
import type { Told } from '../../src/call/news.ts'
import type { Profile } from '../../src/call/profile.ts'
import type { Exchange } from '../../src/call/transfer/exchange.ts'
import { resolveDestination } from '../../src/call/transfer/resolve.ts'
import { createFlowEngine } from '../../src/engine/flow/flow-engine.ts'
import type { Ids } from '../../src/lib/ids.ts'
import type { Log } from '../../src/lib/log.ts'
import { FreeSwitch } from '../../src/pbx/freeswitch/freeswitch.ts'
import { removeStaleRecordings } from '../../src/readiness.ts'
import { failoverRecognizer, failoverSynthesizer } from '../../src/speech/failover.ts'
import { limitRecognizer, limitSynthesizer } from '../../src/speech/limits.ts'
import { PromptStore } from '../../src/speech/prompt-store.ts'
import { Sounds } from '../../src/speech/sounds.ts'
import { testExchange } from '../exchange.ts'
import type { ManualClock } from '../fakes/manual-clock.ts'
import type { MemoryFiles } from '../fakes/memory-files.ts'
import { testProfile } from '../profile.ts'
import { LISTENER_PORT } from './building.ts'
import { FLOW, type Minds, type OnWrongSession, PlannedEngine } from './engine.ts'
import { type Disk, MortalClock, MortalFiles } from './mortal.ts'
import { destinationsOf, transferSettingsOf } from './places.ts'
import { FIXED_POLICY, type HearingPlan, type Plan, type VoicePlan } from './plan.ts'
import { PlannedRecognizer, PlannedSynthesizer } from './providers.ts'

const detectors = await VoiceDetectors.load()

/** What is given to every life of a day. */
export interface LifeParts {
  plan: Plan
  clock: ManualClock
  files: MemoryFiles
  disk: Disk
  minds: Minds
  nextHearing: () => HearingPlan
  nextVoice: () => VoicePlan
  log: Log
  /** Why no new calls are taken just now. */
  overload(): string | null
  onWrongSession: OnWrongSession
  /** To the switch's event socket; throws while there is no way. */
  connectControl(): Duplex
  onNews(life: number, news: Told): void
}

export const SPOOL = '/spool'
export const JOURNALS = '/state/journals'
export const KEPT = '/kept'
/** How long after its last sign of life a call may go on. */
export const RESUME_WITHIN_MS = 600_000
const PROVIDER_LIMITS = { atOnce: 20, waiting: 20, maxWaitMs: 1_000 }
const REPLY_LIMIT_MS = 5_000
/** Fewer than the callers of a full day: sometimes one is too many. */
const CALLS_LIMIT = 5

export class Life {
  readonly calls: Calls
  readonly number: number
  readonly #adoptions: Adoptions
  readonly #exchange: Exchange
  readonly #clock: MortalClock
  readonly #files: MortalFiles
  readonly #followers: Followers
  readonly #recognizers: readonly PlannedRecognizer[]
  readonly #pbx: FreeSwitch
  readonly #sockets = new Set<Duplex>()
  readonly #links = new Set<Duplex>()
  readonly #destinations: ReturnType<typeof destinationsOf>
  #state: 'alive' | 'dead' = 'alive'

  private constructor(
    parts: LifeParts,
    number: number,
    clock: MortalClock,
    files: MortalFiles,
    store: PromptStore,
  ) {
    const { log } = parts
    this.number = number
    this.#clock = clock
    this.#files = files
    this.#followers = new Followers({
      clock,
      files,
      onFault: error => log.error({ error }, 'follower fault'),
    })
    this.#recognizers = ['ears-1', 'ears-2'].map(
      name => new PlannedRecognizer(name, clock, parts.nextHearing),
    )
    const limited = this.#recognizers.map(one => limitRecognizer(one, PROVIDER_LIMITS, clock))
    const recognizer = failoverRecognizer(limited, clock, undefined, log)
    const ids = idsOf(number)
    this.#pbx = new FreeSwitch({
      host: '127.0.0.1',
      port: LISTENER_PORT,
      control: { host: '127.0.0.1', port: 8_021, password: 'ClueCon' },
      connectControl: () => this.#connectControl(parts),
      maxConnections: 100,
      replyTimeoutMs: REPLY_LIMIT_MS,
      clock,
      ids,
      log,
    })
    this.#exchange = testExchange(this.#pbx, {
      clock,
      ids,
      settings: transferSettingsOf(parts.plan.transfers),
    })
    this.#exchange.news.listen(news => parts.onNews(number, news))
    this.#destinations = destinationsOf(parts.plan.transfers)
    const sounds = new Sounds(files, '/sounds')
    this.calls = new Calls({
      profiles: profilesOf(parts.plan),
      destinations: this.#destinations,
      exchange: this.#exchange,
      engines: {
        scripted: new PlannedEngine(clock, parts.minds, parts.onWrongSession),
        flow: createFlowEngine({ name: 'flow', source: FLOW, fileName: 'flow' }),
      },
      prompts: {
        get: store.get.bind(store),
        forget: store.forget.bind(store),
        sound: sounds.find.bind(sounds),
      },
      clock,
      files,
      log,
      journals: JOURNALS,
      spool: SPOOL,
      limit: CALLS_LIMIT,
      overload: parts.overload,
      resumeWithinMs: RESUME_WITHIN_MS,
      listener: (leg, { policy, hints, language }, post) =>
        new Listener({
          leg,
          followers: this.#followers,
          detectors,
          recognizer,
          clock,
          files,
          ids,
          log,
          folder: SPOOL,
          policy,
          hints,
          language,
          post,
        }),
    })
    this.#pbx.handOver(leg => this.calls.admit(leg))
    this.#adoptions = new Adoptions({
      pbx: this.#pbx,
      news: this.#exchange.news,
      clock,
      files,
      log,
      journals: JOURNALS,
      isHere: id => this.calls.get(id) !== undefined,
    })
    this.#adoptions.start()
  }

  static async begin(parts: LifeParts, number: number): Promise<Life> {
    const clock = new MortalClock(parts.clock)
    const files = new MortalFiles(parts.files, clock, parts.disk)
    const { log, nextVoice } = parts
    const voices = ['voice-1', 'voice-2'].map(name =>
      limitSynthesizer(new PlannedSynthesizer(name, clock, nextVoice), PROVIDER_LIMITS, clock),
    )
    const synthesizer = failoverSynthesizer(voices, clock, undefined, log)
    await removeStaleRecordings(SPOOL, { files, clock })
    const store = await PromptStore.open({
      folder: '/state/prompts',
      mostBytes: 50_000_000,
      synthesizer,
      files,
      clock,
    })
    return new Life(parts, number, clock, files, store)
  }

  /** The switch has connected. */
  accept(socket: Duplex): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    this.#pbx.accept(socket)
  }

  /** The connection to the switch's event socket, while there is one. */
  get hasControl(): boolean {
    return [...this.#links].some(link => !link.destroyed)
  }

  cutControl(): void {
    for (const link of this.#links) link.destroy(new Error('the control link was cut'))
  }

  /** As the API does it: only for a caller who is in conversation. */
  transfer(callId: string, to: string, announce: string | null): void {
    const call = this.calls.get(callId)
    if (!call || transferIn(call.dialogue.phase) || isLeaving(call.dialogue)) return
    const { places } = call.dialogue.settings
    const found = resolveDestination(to, { ...places, wallMs: this.#clock.wallMs() })
    if (found.is !== 'found') return
    call.post({ type: 'transferRequested', to: found.destination, announce, atMs: this.#clock.now() })
  }

  hangUp(callId: string): void {
    this.calls.get(callId)?.post({ type: 'hangUpRequested', atMs: this.#clock.now() })
  }

  say(callId: string): void {
    const call = this.calls.get(callId)
    if (!call || isLeaving(call.dialogue)) return
    const { is } = call.dialogue.phase
    if (is === 'speaking' || is === 'listening')
      call.post({ type: 'sayingRequested', text: 'Somebody says something.', atMs: this.#clock.now() })
  }

  /** What goes on as long as the process does, and belongs to no call. */
  retire(): void {
    this.#adoptions.stop()
    this.#exchange.callerProfiles.close()
  }

  #connectControl({ connectControl }: LifeParts): Duplex {
    const link = connectControl()
    this.#links.add(link)
    link.once('close', () => this.#links.delete(link))
    return link
  }

  /** kill -9, or the end of a process that has let go of everything. */
  end(): void {
    this.#state = 'dead'
    this.#clock.die()
    this.#files.die()
    for (const socket of [...this.#sockets, ...this.#links]) {
      // Nobody is left to hear of it; only the peer is told.
      socket.removeAllListeners()
      socket.on('error', () => {})
      socket.destroy()
    }
    this.#sockets.clear()
    this.#links.clear()
  }

  /** What this life holds on to; empty when all calls are over and nothing was forgotten. */
  get leftovers(): string[] {
    if (this.#state === 'dead') return []
    const counts: Record<string, number> = {
      calls: this.calls.counts.now,
      'followed recordings': this.#followers.count,
      recognitions: this.#recognizers.reduce((sum, { open }) => sum + open, 0),
      sockets: this.#sockets.size,
      'connections of the listener': this.#pbx.counts.open,
      // The way to the switch's event socket may still be looked for.
      timers: this.#clock.pending - (this.hasControl ? 0 : 1),
      'open files': this.#files.openCount,
    }
    return Object.entries(counts).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []))
  }
}

/** A later life never makes the name of a recording that an earlier one has made. */
function idsOf(life: number): Ids {
  let next = 0
  return { next: () => `life-${life}-${next++}` }
}

const PEOPLE = { named: 'named people', ladder: 'ladder people', fallback: null, none: null } as const

export function profilesOf({ policy, people, recording }: Plan): Record<string, Profile> {
  const profile: Profile = {
    ...testProfile,
    people: PEOPLE[people],
    recording: {
      keep: recording !== 'none',
      dir: KEPT,
      consent: recording === 'kept with consent' ? 'You are recorded.' : '',
      maskPbx: false,
    },
    policy: { ...testProfile.policy, ...FIXED_POLICY, ...policy },
  }
  return {
    scripted: { ...profile, name: 'scripted' },
    flow: { ...profile, name: 'flow', numbers: [], engine: 'flow' },
  }
}
