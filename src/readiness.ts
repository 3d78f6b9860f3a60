// What must be so before calls are taken: folders, providers that answer, and what a killed process left behind.

import type { Profile } from './call/profile.ts'
import type { Configuration } from './config/configuration.ts'
import type { Clock } from './lib/clock.ts'
import type { Files } from './lib/files.ts'
import type { Log } from './lib/log.ts'
import { messageOf } from './lib/message-of.ts'
import { sentencesOf } from './speech/cutter.ts'
import type { SynthesisRequest } from './speech/synthesizer.ts'

/** Parley cannot run here as configured; the message is one sentence for the operator. */
export class StartFailed extends Error {
  override name = 'StartFailed'
}

/** Callers are not kept waiting for a provider that may answer again in a moment. */
const WARM_UP_LIMIT_MS = 700
/** Recordings of calls that are over lie still for longer than any rotation of a running one. */
const STALE_RECORDING_MS = 120_000
/** What a killed process has left of calls that did not come back was too fresh to be told from theirs that did. */
export const STALE_RECORDINGS_AGAIN_MS = STALE_RECORDING_MS + 30_000

/** The switch runs as another user of our group: it writes the spool and reads the prompts. Others have no business there. */
export async function prepareFolders({ spool, state }: Configuration, files: Files): Promise<void> {
  await prepareFolder(spool.dir, 0o2770, files)
  await prepareFolder(`${state.dir}/prompts`, 0o2750, files)
  await prepareFolder(`${state.dir}/journals`, 0o750, files)
}

async function prepareFolder(folder: string, mode: number, files: Files): Promise<void> {
  const probe = `${folder}/.writable`
  try {
    files.makeFolder(folder, mode)
    await files.writeFile(probe, new Uint8Array(0))
    files.remove(probe)
  } catch (error) {
    throw new StartFailed(`the folder ${folder} cannot be used: ${messageOf(error)}`, { cause: error })
  }
}

interface Warmable {
  readonly name: string
  warmUp(): Promise<void>
}

/** Whoever can never work as configured keeps us from starting; whoever does not answer just now may do so later. */
export async function warmUp(
  providers: readonly Warmable[],
  { clock, log }: { clock: Clock; log: Log },
): Promise<void> {
  const warm = Promise.all(
    providers.map(async provider => {
      try {
        await provider.warmUp()
      } catch (error) {
        if (isPermanent(error)) throw new StartFailed(messageOf(error), { cause: error })
        log.warn({ error, provider: provider.name }, 'a provider does not answer yet')
      }
    }),
  )
  const patience = Promise.withResolvers<void>()
  const timer = clock.after(WARM_UP_LIMIT_MS, () => {
    patience.resolve()
    warm.catch(error => log.error({ error }, 'a provider cannot work as configured'))
  })
  await Promise.race([warm, patience.promise]).finally(() => timer.cancel())
}

function isPermanent(error: unknown): boolean {
  return error instanceof Error && 'kind' in error && error.kind === 'permanent'
}

/** A process that was killed leaves recordings behind; those of running calls are fresh. */
export async function removeStaleRecordings(
  folder: string,
  { files, clock }: { files: Files; clock: Clock },
): Promise<void> {
  try {
    for (const { name, changedMs } of await files.list(folder))
      if (name.endsWith('.wav') && clock.wallMs() - changedMs > STALE_RECORDING_MS)
        files.remove(`${folder}/${name}`)
  } catch (error) {
    throw new StartFailed(`the spool folder ${folder} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

/** Phrases as the speaker asks for them: sentence by sentence. */
export function requestsForPhrases({ phrases, recording, language, voice }: Profile): SynthesisRequest[] {
  const { silence, ...single } = phrases
  const consent = recording.keep ? [recording.consent] : []
  const spoken = [...consent, ...silence, ...Object.values(single)].flatMap(sentencesOf)
  return spoken.map(text => ({ text, language, voice }))
}
