// Whatever callers, dialplans and engines write comes out as it was meant, and nothing else is done: strings that a switch, a shell
// or SIP could take for more than a string go every way there is. What they would do if they were obeyed leaves a trace: a canary.

import { randomUUID } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sample } from 'fast-check'
import { openExpectation } from '../../src/engine/engine.ts'
import type { LegFacts } from '../../src/pbx/pbx.ts'
import { nasty } from '../esl/nasty-strings.ts'
import { say } from '../fakes/providers.ts'
import type { Assistant } from '../scenarios/venue.ts'
import type { SwitchEvent } from './control-link.ts'
import { canBeParted, headerOf } from './dial-string.ts'
import type { Check, Findings } from './findings.ts'
import { type Ground, PATIENCE_MS, Service, type Talk, trail } from './service.ts'
import { Refused, SipCaller, SipListener } from './sip-caller.ts'
import { PROFILES } from './situations.ts'

const AT_ONCE = 6
/** The same ones each time. */
const SAMPLE = { numRuns: 60, seed: 1 }
/** From the dialplan's bridge to the INVITE at the other end. */
const INVITE_MS = 300
const LOOK_EVERY_MS = 20
const OUTSIDE = { number: '2003', context: 'public' }
/** A variable, a SIP header, an extension: whatever of this name exists was made by an order that nobody gave. */
const CANARY = 'canary'

export const injectionChecks: readonly Check[] = [
  { name: 'strings that could be orders: nothing is obeyed, everything arrives', run: nothingIsObeyed },
]

/** `touch`: a command of the shell that leaves a trace. */
function nastyStrings(touch: string): string[] {
  const lines = (end: string, ...texts: string[]) => `${end}${end}${texts.join(end)}${end}${end}`
  return [
    `\${system(${touch})}`,
    `\${system ${touch}}`,
    `$\${system(${touch})}`,
    `\${uuid_setvar(\${uuid} ${CANARY} 1)}`,
    `\${global_setvar(${CANARY}=1)}`,
    `\`${touch}\` $(${touch})`,
    `'; ${touch}; '`,
    `" | ${touch} && "`,
    lines('\n', `api system ${touch}`),
    lines('\r\n', `bgapi system ${touch}`),
    lines('\n', 'sendmsg', 'call-command: execute', 'execute-app-name: system', `execute-app-arg: ${touch}`),
    `%0a%0aapi%20system%20${touch.replaceAll(' ', '%20')}%0a%0a`,
    `2000;${CANARY}=1`,
    `a,${CANARY}=1|${CANARY}=1~${CANARY}=1`,
    `^^;a=b;${CANARY}=1`,
    `{${CANARY}=1}[${CANARY}=1]<${CANARY}=1>`,
    `}${CANARY}=1`,
    `-bleg system:${touch.replaceAll(' ', '\\s')} inline`,
    `system:'${touch}' inline`,
    `\r\nX-${CANARY}: 1`,
    `" <sip:${CANARY}@127.0.0.1>;${CANARY}=1, "`,
    'O\'Brien \\ "the" \\\\ one',
    '../../../../etc/passwd',
    'tone_stream://%(1000,0,400)!silence_stream://1',
    'Größe 名前 🙂 José',
    `x${'\u0000'}y`,
    'long '.repeat(200),
  ]
}

interface Stranger {
  text: string
  /** What the switch told about their leg. */
  events: readonly SwitchEvent[]
  /** What the daemon knows of them. */
  facts: LegFacts
  asked: Talk['asked']
  /** The INVITE that went out for this call. */
  invite: string | undefined
}

async function nothingIsObeyed(ground: Ground, findings: Findings): Promise<void> {
  const { pbx, folder } = ground
  const traces = join(folder, 'traces')
  await mkdir(traces, { recursive: true })
  const outside = await SipListener.open()
  await pbx.link.api('global_setvar', `parley_outside=${outside.port}`)
  const destinations = { people: OUTSIDE, outside: OUTSIDE }
  const configuration = { destinations }
  const service = await Service.start(ground, { restarts: false, profiles: PROFILES, configuration })
  const tasks = [
    ...nastyStrings(`touch ${traces}/trace`),
    ...sample(nasty, SAMPLE).filter(text => text !== ''),
  ].map(text => () => talks(service, ground, text, outside))
  const strangers: Stranger[] = []
  try {
    const worker = async () => {
      for (let task = tasks.shift(); task; task = tasks.shift())
        await task().then(
          stranger => void (stranger && strangers.push(stranger)),
          error => findings.faults.push(String(error)),
        )
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    for (const stranger of strangers) examine(stranger, findings)
    const invites = strangers.filter(({ invite }) => invite !== undefined)
    findings.notes.push(`${invites.length} of them went out in an INVITE`)
    const left = await readdir(traces)
    findings.expect(left.length === 0, `the shell was told something: ${left}`)
    // A variable that there is not is refused.
    const global = await pbx.link.api('global_getvar', CANARY).catch(() => '')
    findings.expect(global.trim() === '', `a variable of the whole switch was set: ${global}`)
    findings.notes.push(
      `${strangers.length} strings, each as name, number, variables, keys, words, sound and destination`,
    )
  } finally {
    outside.close()
    findings.faults.push(...(await service.close()))
  }
}

/** One call in which everything that can be written is this. Undefined when the switch takes it for no call. */
async function talks(
  service: Service,
  { pbx }: Ground,
  text: string,
  outside: SipListener,
): Promise<Stranger | undefined> {
  const caller = randomUUID()
  const arrived = Promise.withResolvers<string>()
  const events: SwitchEvent[] = []
  let asked: Talk['asked'] = []
  pbx.link.follow(caller, ({ headers }) => {
    const id = headers['Unique-ID'] ?? ''
    asked = service.answers(id, answerWith(text))
    pbx.link.follow(id, event => void events.push(event))
    arrived.resolve(id)
  })
  const phone = await SipCaller.dials({
    sipPort: pbx.sipPort,
    to: '5000',
    displayName: quoted(text),
    user: escaped(text),
    headers: {
      'X-Parley-Caller': caller,
      'X-Parley-Port': String(service.manager.port),
      'X-Parley-Variables': headerOf({ parley_profile: 'plain', ...variablesOf(text) }),
    },
  }).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error
  })
  if (!phone) return undefined
  const id = await arrived.promise
  const waits = async (what: string, holds: () => boolean) => {
    for (let waitedMs = 0; !holds(); waitedMs += LOOK_EVERY_MS) {
      if (waitedMs > PATIENCE_MS)
        throw new Error(`${JSON.stringify(text)}: ${what}\n${trail(service.journal(id))}`)
      await sleep(LOOK_EVERY_MS)
    }
  }
  try {
    await waits('is not spoken to', () => service.journal(id).some(({ type }) => type === 'promptStarted'))
    await phone.info(`Signal=${text}\r\nDuration=160\r\n`)
    await phone.info('Signal=5\r\nDuration=160\r\n')
    await waits('is not sent on', () => events.some(({ name }) => name === 'parley::people'))
    await sleep(INVITE_MS)
  } finally {
    await phone.hangsUp()
  }
  await waits('does not come to an end', () => events.some(({ name }) => name === 'CHANNEL_HANGUP_COMPLETE'))
  pbx.link.unfollow(caller)
  pbx.link.unfollow(id)
  const facts = service.journal(id)[0]?.facts as LegFacts
  return { text, events, facts, asked, invite: outside.inviteWith(`X-Parley-Caller: ${caller}`) }
}

/** Says it, sends the caller to it, and, when that is refused, plays it and sends the caller to where there is somebody. */
function answerWith(text: string): Assistant['answer'] {
  const keyed = {
    type: 'listen',
    expectation: { ...openExpectation, expect: 'digits', numDigits: 1 },
  } as const
  return input => {
    if (input.type === 'start') return [say(`You are ${text}.`), keyed]
    if (input.type === 'digits') return [{ type: 'transfer', to: text, announce: null }]
    return [
      { type: 'play', file: text, interruptible: true },
      { type: 'transfer', to: 'outside', announce: null },
    ]
  }
}

/** A dialplan that takes a value from a caller has FreeSWITCH itself expand it, and obey it: what that does is none of our doing. */
function variablesOf(text: string): Record<string, string> {
  return text.includes('$') || !canBeParted(text) ? {} : { parley_context: text, parley_recordings: text }
}

/** What may stand between the quotes of a SIP header; a line cannot end there. */
function quoted(text: string): string {
  return Buffer.from(text.replace(/[\r\n\0]/g, ' ').replace(/[\\"]/g, '\\$&')).toString('latin1')
}

/** What may stand in the address of a SIP header: there, every byte can be written. */
function escaped(text: string): string {
  return [...Buffer.from(text)]
    .map(byte => {
      const character = String.fromCharCode(byte)
      return /[\w.-]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`
    })
    .join('')
}

/** What is longer is no name of a destination, and the answer of an engine is not one. */
const LONGEST_NAME = 256
/** What FreeSWITCH itself does not write differently. */
const PLAIN = /^[^$%'"\\\p{Cc};<>]{1,80}$/u

/** To begin with, FreeSWITCH tells of a call in a form in which `%20` and a space are the same. */
function asWritten(text: string): string {
  return text.replaceAll(/%[0-9A-F]{2}/g, byte => decodeURIComponent(byte))
}

function examine({ text, events, facts, asked, invite }: Stranger, findings: Findings): void {
  const here = (holds: boolean, otherwise: string) =>
    findings.expect(holds, `${JSON.stringify(text).slice(0, 80)}: ${otherwise}`)
  const end = events.findLast(({ name }) => name === 'CHANNEL_HANGUP_COMPLETE')?.headers ?? {}
  const same = (what: string, ours: string | undefined, theirs: string | undefined) =>
    here(
      ours === theirs,
      `${what} is ${JSON.stringify(ours)} for us and ${JSON.stringify(theirs)} for the switch`,
    )
  same('the name', facts.callerName, asWritten(end['Caller-Caller-ID-Name'] ?? ''))
  same('the number', facts.from, asWritten(end['Caller-Caller-ID-Number'] ?? ''))
  same('a variable', facts.variables.parley_context, end.variable_parley_context)
  same('the outcome', 'handed-over', end.variable_parley_outcome)
  if (PLAIN.test(text)) same('the name that was meant', text, facts.callerName)
  const canaries = Object.keys(end).filter(name => name.toLowerCase().includes(CANARY))
  here(canaries.length === 0, `the switch has ${canaries}`)
  const people = events.flatMap(({ name, headers }) =>
    name === 'parley::people' ? [headers['Parley-Number']] : [],
  )
  here(people.join() === '2003', `they were sent to ${people.join()}`)
  const keys = asked.flatMap(({ input }) => (input.type === 'digits' ? [input.digits] : []))
  here(keys.length === 1 && /^[0-9*#A-D]$/.test(keys.join()), `the engine was told of the keys ${keys}`)
  const refused = asked.some(({ input }) => input.type === 'transfer' && input.to === text)
  here(
    refused || text === '' || text.length > LONGEST_NAME,
    'the engine was not told that there is no such destination',
  )
  const headers = (invite ?? '').split('\r\n\r\n')[0] ?? ''
  here(!new RegExp(`^(x-)?${CANARY}`, 'im').test(headers), 'the INVITE has a header of theirs')
}
