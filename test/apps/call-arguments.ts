// What `npm run call` is asked for on the command line.

import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

export const usage = `npm run call -- [options]         call the assistant and talk with it by typing

Without --to, everything is started here: the switch, a local stand-in for Google's speech, the daemon.

  --listen NUMBER       the number that is called (5000)
  --from NUMBER         the caller's number (+15550100)
  --profile NAME        which assistant (parley_profile)
  --context JSON        what the dialplan tells the engine (parley_context)
  --config FILE         a configuration for the daemon that is started; listener, folders, recognizers and
                        synthesizers are replaced by local ones
  --seed N              another course of the switch's chances

  --to HOST:PORT        call a running daemon on this machine instead; it hears and speaks with its own providers
  --state DIR           that daemon's state folder, whose journals show what the assistant says

  --scenario NAME       play one of the test scenarios instead of typed lines
  --list                the names of the scenarios

  --report FILE.json    what was said, response times measured on the sound, the ending

Lines may be piped in: each then waits until the assistant has answered the one before and is silent.
The exit code is 0 when the call ended without a fault, or as the scenario expects; 1 when not; 2 for wrong options.`

export interface CallArguments {
  number: string
  from: string
  variables: Record<string, string>
  report: string | undefined
  seed: number | undefined
  what:
    | { is: 'help' }
    | { is: 'list' }
    | { is: 'scenario'; name: string }
    | { is: 'own daemon'; config: string | undefined }
    | { is: 'running daemon'; host: string; port: number; journals: string | undefined }
}

export class UsageWrong extends Error {
  override name = 'UsageWrong'
}

/** Rejects with UsageWrong. */
export async function readArguments(args: readonly string[]): Promise<CallArguments> {
  const values = parse(args)
  const { listen: number = '5000', from = '+15550100', profile, context, report, seed } = values
  if (context !== undefined) mustBeJson(context)
  if (seed !== undefined && !/^\d{1,9}$/.test(seed))
    throw new UsageWrong(`--seed: ${seed} is no whole number`)
  return {
    number,
    from,
    variables: {
      ...(profile !== undefined && { parley_profile: profile }),
      ...(context !== undefined && { parley_context: context }),
    },
    report: report && fromHere(report),
    seed: seed === undefined ? undefined : Number(seed),
    what: await whatOf(values),
  }
}

/** npm changes to the package's folder; names of files are meant from where it was called. */
export function fromHere(path: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path)
}

type Values = ReturnType<typeof parse>

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        to: text,
        state: text,
        listen: text,
        from: text,
        profile: text,
        context: text,
        config: text,
        seed: text,
        scenario: text,
        report: text,
        list: flag,
        help: flag,
      },
    })
    return values
  } catch (error) {
    throw new UsageWrong(error instanceof Error ? error.message : String(error))
  }
}

async function whatOf(values: Values): Promise<CallArguments['what']> {
  const { to, state, config, scenario, list, help } = values
  if (help) return { is: 'help' }
  if (list) return { is: 'list' }
  if (scenario !== undefined) {
    const strange = (['to', 'state', 'listen', 'from', 'profile', 'context', 'config', 'seed'] as const).find(
      name => values[name] !== undefined,
    )
    if (strange) throw new UsageWrong(`--${strange}: a scenario brings its own`)
    return { is: 'scenario', name: scenario }
  }
  if (to === undefined) {
    if (state !== undefined) throw new UsageWrong('--state goes with --to')
    return { is: 'own daemon', config: config && (await mustExist('--config', fromHere(config))) }
  }
  if (config !== undefined) throw new UsageWrong('--config: the daemon of --to has its own')
  const [, host = '', digits = ''] = /^(?:(.+):)?(\d{1,5})$/.exec(to) ?? []
  if (Number(digits) < 1 || Number(digits) > 65_535)
    throw new UsageWrong(`--to: ${to} is not like 127.0.0.1:8084`)
  const journals = state && (await mustExist('--state', join(fromHere(state), 'journals')))
  return { is: 'running daemon', host: host || '127.0.0.1', port: Number(digits), journals }
}

async function mustExist(option: string, path: string): Promise<string> {
  return access(path).then(
    () => path,
    () => {
      throw new UsageWrong(`${option}: ${path} does not exist or cannot be read`)
    },
  )
}

function mustBeJson(text: string): void {
  try {
    JSON.parse(text)
  } catch {
    throw new UsageWrong('--context: this is no JSON')
  }
}
