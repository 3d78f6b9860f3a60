// The daemon that is called from the terminal, and the embedded switch in front of it: one that was started for it, or one that
// runs on this machine already.

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../../src/lib/clock.ts'
import { diskFiles } from '../../src/lib/files.ts'
import type { DialplanStep } from '../fake-freeswitch/call-flow.ts'
import { FakeFreeswitch } from '../fake-freeswitch/fake-freeswitch.ts'
import type { Caller } from '../fake-freeswitch/person.ts'
import { referenceKnobs } from '../fakes/google-speech/knobs.ts'
import { type BorrowedConfiguration, borrowConfiguration } from './borrowed-configuration.ts'
import type { CallArguments } from './call-arguments.ts'
import { openStageWith } from './stage.ts'

export interface CalledDaemon {
  /** How it came to be, for people. */
  readonly story: string
  call(): Promise<Caller>
  /** Where it writes about a call; undefined when nobody said. */
  journal(call: string): string | undefined
  /** Resolves when its recognizer would understand this. */
  learn(phrase: string): Promise<void>
  /** Ends what was started; resolves to what was not as it should be. */
  stop(): Promise<string[]>
}

/** Where the flow that Parley brings along sends callers to. */
const destinations = {
  sales: { number: '2001', context: 'default' },
  support: { number: '2002', context: 'default' },
}

const LETTING_GO_MS = 3_000

type Own = CallArguments['what'] & { is: 'own daemon' }
type Running = CallArguments['what'] & { is: 'running daemon' }

export async function startCalledDaemon(args: CallArguments, { config }: Own): Promise<CalledDaemon> {
  const none: BorrowedConfiguration = { base: {}, env: {}, sounds: undefined }
  const { base, env, sounds } = config === undefined ? none : await borrowConfiguration(config)
  const stage = await openStageWith(
    { phrases: [], knobs: referenceKnobs, base: { destinations, ...base }, env },
    prompts => switchWith(args.seed, sounds === undefined ? [prompts] : [prompts, sounds]),
  )
  return {
    story: `The daemon was ready after ${Math.round(stage.startMs)} ms.`,
    call: () => callThrough(stage.switch, stage.listener, args),
    journal: call => join(stage.journals, `${call}.journal`),
    learn: stage.learn,
    async stop() {
      await lettingGo(stage.switch)
      const exitCode = await stage.stop()
      return [
        ...violationsOf(stage.switch),
        ...stage.complaints.map(line => `the daemon said: ${line}`),
        ...(exitCode === 0 ? [] : [`the daemon ended with exit code ${exitCode}`]),
      ]
    },
  }
}

export function runningDaemon(args: CallArguments, { host, port, journals }: Running): CalledDaemon {
  const pbx = switchWith(args.seed, undefined)
  const without = journals === undefined ? ' Without --state its words cannot be shown, only its sound.' : ''
  return {
    story: `The daemon at ${host}:${port} is called.${without}`,
    call: () => callThrough(pbx, { host, port }, args),
    journal: call => (journals === undefined ? undefined : join(journals, `${call}.journal`)),
    learn: async () => {}, // its recognizer knows what it knows
    async stop() {
      await lettingGo(pbx)
      pbx.stop()
      return violationsOf(pbx)
    },
  }
}

function switchWith(seed: number | undefined, promptFolders: readonly string[] | undefined): FakeFreeswitch {
  return new FakeFreeswitch({
    clock: systemClock,
    files: diskFiles,
    codec: 'mu-law',
    ...(promptFolders && { promptFolders }),
    ...(seed !== undefined && { seed }),
  })
}

/** As the dialplan does that Parley comes with: people stand behind the daemon. */
function callThrough(
  pbx: FakeFreeswitch,
  listener: { host: string; port: number },
  { number, from, variables }: CallArguments,
): Promise<Caller> {
  const dialplan: DialplanStep[] = [
    { do: 'set', name: 'parley_fallback', value: '200 XML default' },
    { do: 'set', name: 'socket_resume', value: 'true' },
    { do: 'answer' },
    { do: 'socket', to: [listener] },
    { do: 'set', name: 'socket_resume', value: 'false' },
    { do: 'transfer', to: '200' },
  ]
  // The switch's own ids come from its seed: a running daemon would meet the same call again.
  return pbx.call({ to: number, from, callerName: 'Jane Doe', variables, dialplan, id: randomUUID() })
}

/** The daemon closes its connection a moment after it has written how the call ended. */
async function lettingGo(pbx: FakeFreeswitch): Promise<void> {
  for (let waitedMs = 0; pbx.openSockets > 0 && waitedMs < LETTING_GO_MS; waitedMs += 20) await sleep(20)
}

function violationsOf(pbx: FakeFreeswitch): string[] {
  return pbx.violations.map(({ what }) => `the switch saw: ${what}`)
}
