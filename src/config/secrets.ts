// Secrets that stand in the environment instead of the file. Nothing of theirs is ever in a fault.

import { type Fault, HIDDEN } from './faults.ts'
import { type Rule, secret, token, variableName } from './rules.ts'
import type { Settings } from './schema.ts'
import { inside, namesIn } from './written.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The environment variables that are named as holding a secret. Engines are read as they were written. */
export function secretVariables(settings: Settings, document: unknown): Set<string> {
  const named = holders(settings, document).map(({ holder, field }) => inside(holder, `${field}Env`))
  return new Set(named.filter(variableName.accepts))
}

export function secretFaults(settings: Settings, document: unknown, env: Environment): Fault[] {
  return holders(settings, document).flatMap(({ holder, key: holderKey, field, rule }): Fault[] => {
    const variable = inside(holder, `${field}Env`)
    if (!variableName.accepts(variable)) return []
    const key = `${holderKey}.${field}Env`
    if (inside(holder, field) !== undefined) {
      return [{ key, value: null, allowed: `stands beside ${holderKey}.${field}; give one of them` }]
    }
    // The name itself stays hidden: people put the secret there.
    const allowed = `an environment variable that holds ${rule.allowed}`
    return rule.accepts(env[variable]) ? [] : [{ key, value: HIDDEN, allowed }]
  })
}

/** What has a secret under `field`, or under `<field>Env` the name of its variable. */
interface Holder {
  readonly holder: unknown
  readonly key: string
  readonly field: string
  readonly rule: Rule<string>
}

function holders({ web }: Settings, document: unknown): Holder[] {
  const engines = inside(document, 'engines')
  return [
    { holder: web, key: 'web', field: 'token', rule: token },
    ...namesIn(engines).map(name => {
      return { holder: inside(engines, name), key: `engines.${name}`, field: 'secret', rule: secret }
    }),
  ]
}
