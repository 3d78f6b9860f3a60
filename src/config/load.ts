// The configuration: built-in defaults, overridden by the file in PARLEY_CONFIG, overridden by the
// environment.

import { resolve } from 'node:path'
import { unreachable } from '../lib/unreachable.ts'
import { disagreements } from './agreement.ts'
import { checkGiven } from './check.ts'
import type { Configuration, EngineConfiguration } from './configuration.ts'
import { destinationFrom } from './destinations.ts'
import { readable, readDocument } from './document.ts'
import { type Readings, readVariables, unknownVariables, variableName } from './environment.ts'
import { ConfigurationInvalid, type Fault, HIDDEN, show } from './faults.ts'
import { withFormer } from './former.ts'
import { merge } from './merge.ts'
import { profileFrom } from './profiles.ts'
import { path as pathRule } from './rules.ts'
import { type Settings, schema } from './schema.ts'
import { secretFaults, secretVariables } from './secrets.ts'
import { recognizerFrom, synthesizerFrom } from './speech.ts'
import type { Surroundings } from './surroundings.ts'
import { callsOutFrom, transferFrom } from './transfer.ts'

/** Where the defaults' file and the flows beside it are. */
const BUILT_IN_FOLDER = resolve(import.meta.dirname, '../../config')

/** Throws ConfigurationInvalid, which holds every fault there is. */
export function loadConfiguration(surroundings: Surroundings): Configuration {
  const { env, folder } = surroundings
  const faults: Fault[] = []
  const read = readDocument(surroundings, faults)
  const document = withFormer(read?.content ?? {}, env, faults)
  const given = checkGiven(schema, document, '', { faults, folder: read?.folder ?? folder })
  const settings = merged(surroundings, given, readVariables(env, folder, faults), faults)
  // A file that could not be read may be the one that explains a variable.
  if (read) faults.push(...unknownVariables(env, secretVariables(settings, document)))
  faults.push(...secretFaults(settings, document, env), ...disagreements(settings, document, faults))
  const configuration = complete(settings, surroundings, faults)
  if (faults.length > 0) throw new ConfigurationInvalid(faults)
  return configuration
}

/**
 * `state.dir` alone, for a program that looks for the daemon: what the rest needs, such as the variable of a
 * secret, is the daemon's. Throws ConfigurationInvalid.
 */
export function loadStateFolder(surroundings: Surroundings): string {
  const { env, folder } = surroundings
  const faults: Fault[] = []
  const read = readDocument(surroundings, faults)
  const document = read?.content.state === undefined ? {} : { state: read.content.state }
  const given = checkGiven(schema, document, '', { faults, folder: read?.folder ?? folder })
  const variable = variableName('state.dir')
  const readings = readVariables({ [variable]: env[variable] }, folder, faults)
  const settings = merged(surroundings, given, readings, faults)
  if (faults.length > 0) throw new ConfigurationInvalid(faults)
  return settings.state.dir
}

/** Stands for a folder whose name is not allowed, until it is known whether another one was given. */
const NO_FOLDER = '/dev/null'

function merged(surroundings: Surroundings, given: object, readings: Readings, faults: Fault[]): Settings {
  const state = stateFolder(surroundings)
  const found = { 'state.dir': pathRule.accepts(state) ? state : NO_FOLDER }
  const settings = merge({ folder: BUILT_IN_FOLDER, found }, given, readings)
  if (settings.state.dir === NO_FOLDER)
    faults.push({ key: 'state.dir', value: show(state), allowed: pathRule.allowed })
  return settings
}

function stateFolder({ env, uid, folder }: Surroundings): string {
  // The service manager separates several folders by colons; the first is ours.
  const [managed = ''] = (env.STATE_DIRECTORY ?? '').split(':')
  const state = managed !== '' ? managed : uid === 0 ? '/var/lib/parley' : './.parley'
  return resolve(folder, state)
}

function complete(settings: Settings, surroundings: Surroundings, faults: Fault[]): Configuration {
  const { web, callsOut, speech, engines, profiles, destinations, transfer, ...rest } = settings
  const { tokenEnv, token, ...served } = web
  const credentials = credentialsIn(surroundings, faults)
  const maxMs = settings.calls.maxMinutes * 60_000
  return {
    ...rest,
    web: { ...served, token: tokenEnv === undefined ? token : surroundings.env[tokenEnv] },
    callsOut: callsOutFrom(callsOut, transfer, faults),
    speech: {
      ...speech,
      recognizers: speech.recognizers.map(checked => recognizerFrom(checked, credentials)),
      synthesizers: speech.synthesizers.map(checked => synthesizerFrom(checked, credentials)),
    },
    engines: mapEntries(engines, (engine, name) => completeEngine(engine, name, surroundings, faults)),
    profiles: mapEntries(profiles, (profile, name) => profileFrom(name, profile, maxMs)),
    destinations: mapEntries(destinations, (written, name) =>
      destinationFrom(name, written, transfer, faults),
    ),
    transfer: transferFrom(transfer, faults),
  }
}

function mapEntries<A, B>(entries: Record<string, A>, map: (entry: A, name: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, map(entry, name)]))
}

function credentialsIn({ env, folder }: Surroundings, faults: Fault[]): string | undefined {
  const key = 'GOOGLE_APPLICATION_CREDENTIALS'
  const file = env[key]
  if (file === undefined || file === '') return undefined
  if (pathRule.accepts(file)) return resolve(folder, file)
  faults.push({ key, value: HIDDEN, allowed: pathRule.allowed })
  return undefined
}

type CheckedEngine = Settings['engines'][string]

function completeEngine(
  engine: CheckedEngine,
  name: string,
  { env, files }: Surroundings,
  faults: Fault[],
): EngineConfiguration {
  const key = `engines.${name}`
  switch (engine.type) {
    case 'flow': {
      const { type, file } = engine
      try {
        return { type, file, source: files.readFile(file) }
      } catch (error) {
        faults.push({ key: `${key}.file`, value: show(file), allowed: readable(error) })
        return { type, file, source: '' }
      }
    }
    case 'http': {
      const { type, url, timeouts, speculative, secretEnv } = engine
      const secret = secretEnv === undefined ? engine.secret : env[secretEnv]
      return { type, url, secret, speculative, timeouts }
    }
    default:
      return unreachable(engine)
  }
}
