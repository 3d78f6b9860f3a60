// The switch of a simulated day: the embedded one with the steps of the shipped dialplan, people who answer, and the faults of
// the plan.

import { type Action, actionsFor, extensionsIn, plainText, stepsOf } from '../dialplan/dialplan.ts'
import type { Dial, DialplanPart, DialplanStep } from '../fake-freeswitch/call-flow.ts'
import type { SwitchEvent } from '../fake-freeswitch/event-headers.ts'
import { FakeFreeswitch } from '../fake-freeswitch/fake-freeswitch.ts'
import type { EventFate, Faults } from '../fake-freeswitch/faults.ts'
import { seededRandom } from '../fake-freeswitch/seeded.ts'
import { monoWav } from '../fake-freeswitch/wav.ts'
import type { ManualClock } from '../fakes/manual-clock.ts'
import type { MemoryFiles } from '../fakes/memory-files.ts'
import type { Agents } from './agents.ts'
import { gatewaysOf, USERS } from './places.ts'
import type { CallerPlan, EventFaultPlan, Plan } from './plan.ts'
import { humOf } from './sounds.ts'

const EXTENSIONS = extensionsIn(plainText)
/** The number that callers dial. */
export const NUMBER = '5000'
export const ONE_MOMENT = '/sounds/one-moment.wav'
/** Where legs that are dialled come to, as the daemon tells the switch. */
export const LISTENER_PORT = 8_084
/** People send callers back by it. */
export const RETURN = 'parley-return'

export interface BuildingParts {
  plan: Plan
  clock: ManualClock
  files: MemoryFiles
  /** How the switch comes to the daemon. */
  dial: Dial
  agents: Agents
  /** While true the switch cannot make the files of recordings. */
  refusesRecordings: () => boolean
  isDiskFull: () => boolean
}

export function openSwitch({
  plan,
  clock,
  files,
  dial,
  agents,
  refusesRecordings,
  isDiskFull,
}: BuildingParts): FakeFreeswitch {
  files.grow(ONE_MOMENT, monoWav(humOf('One moment, please.')))
  files.grow('/sounds/ding.wav', monoWav(humOf('Ding.')))
  const { bytes, events, slow } = plan.wire
  const faults: Faults = {
    splitBytes: bytes === 'split',
    glueBytes: bytes === 'glued',
    unwritable: refusesRecordings,
    full: isDiskFull,
    ...(events && { event: fates(events) }),
    ...(slow && { slow: line => (slow.commands.some(name => line.startsWith(name)) ? slow.ms : 0) }),
  }
  const part =
    (number: string): DialplanPart =>
    variables =>
      stepsFor(number, variables, dial)
  return new FakeFreeswitch({
    clock,
    files,
    seed: plan.seed,
    faults,
    promptFolders: ['/state/prompts', '/sounds'],
    extensions: Object.fromEntries([NUMBER, 'parley-people', RETURN].map(number => [number, part(number)])),
    people: agents.people,
    users: USERS,
    ...gatewaysOf(plan.transfers),
    listeners: { [`127.0.0.1:${LISTENER_PORT}`]: dial },
  })
}

/** The first steps of a call. */
export function dialplanOf(caller: CallerPlan, dial: Dial): readonly DialplanStep[] {
  if (caller.dialplan === 'plain') return [{ do: 'answer' }, { do: 'socket', to: [dial] }]
  return stepsFor(NUMBER, new Map(), dial)
}

function stepsFor(number: string, variables: ReadonlyMap<string, string>, listener: Dial): DialplanStep[] {
  const known = { ...Object.fromEntries(variables), destination_number: number }
  return actionsFor(EXTENSIONS, known).actions.flatMap(action => stepOf(action, listener))
}

/** Unlike in tests with a single recording, only the recording that an action names is stopped. */
function stepOf(action: Action, listener: Dial): DialplanStep[] {
  const path = /\$\{uuid_record\(\$\{uuid\} stop (\S+)\)\}/.exec(action.data)?.[1]
  if (path !== undefined) return [{ do: 'stopRecordings', path }]
  if (action.application === 'unset') return [{ do: 'set', name: action.data, value: '' }]
  return stepsOf([action], { listener, oneMoment: ONE_MOMENT })
}

function fates({ fate, names, chance, mostMs, seed }: EventFaultPlan): (event: SwitchEvent) => EventFate {
  const random = seededRandom(seed)
  return ({ name }) => {
    if (!names.includes(name) || random() >= chance) return 'pass'
    switch (fate) {
      case 'delay':
        return { delayMs: 1 + Math.floor(random() * mostMs) }
      case 'repeat':
        return 'repeat'
      case 'lose':
        return 'drop'
    }
  }
}
