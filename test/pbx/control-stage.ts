// The adapter with the switch's event socket played by hand: every connection it begins is a peer, newest last.

import { silentLog } from '../../src/lib/log.ts'
import { FreeSwitch } from '../../src/pbx/freeswitch/freeswitch.ts'
import type { DialEnd, Dialling, DialOrder, Leg } from '../../src/pbx/pbx.ts'
import { goldenChunks } from '../esl/golden.ts'
import { Peer } from '../esl/peer.ts'
import { ManualClock } from '../fakes/manual-clock.ts'

const CHANNEL = String(goldenChunks('01-record-play-hangup.outbound').find(({ dir }) => dir === 'fs')?.data)
const UUID = 'c7a48e9d-066e-430b-8470-10229c73869a'

export const ORDER: DialOrder = {
  callId: 'a-call',
  as: 'agent',
  target: { type: 'sip', address: '2000@127.0.0.1:5070', sipProfile: 'internal' },
  callerId: { name: 'Jane Doe', number: '+15550100' },
  ringMs: 10_000,
  variables: {},
  headers: {},
}

export interface ControlStageOptions {
  /** What the switch answers to a command, by pattern; undefined for none at all. Everything else: `+OK`. */
  answers?: [RegExp, string | undefined][]
  /** Nobody listens at the event socket. */
  refused?: boolean
}

export async function controlStage({ answers = [], refused = false }: ControlStageOptions = {}) {
  const clock = new ManualClock()
  const links: Peer[] = []
  const said: string[] = []
  const log: string[] = []
  const calls: Leg[] = []
  const state = { refused, answers }
  let ids = -1
  const line = (_: object, message: string) => void log.push(message)
  const pbx = new FreeSwitch({
    host: '127.0.0.1',
    port: 8_084,
    maxConnections: 10,
    replyTimeoutMs: 1_000,
    clock,
    ids: { next: () => `id-${++ids}` },
    log: { ...silentLog, info: line, warn: line, error: line },
    control: { host: '127.0.0.1', port: 8_021, password: 'secret' },
    connectControl: () => {
      if (state.refused) throw new Error('ECONNREFUSED')
      const peer = new Peer()
      links.push(peer)
      peer.onCommand = command => {
        said.push(command.line)
        const [, answer] = state.answers.find(([pattern]) => pattern.test(command.line)) ?? [undefined, '+OK']
        if (answer !== undefined) peer.reply(command, answer)
        if (command.line === 'exit') peer.end()
      }
      peer.write('Content-Type: auth/request')
      return peer.daemon
    },
  })
  pbx.handOver(leg => calls.push(leg))
  await clock.settle()
  const link = (): Peer => {
    const peer = links.at(-1)
    if (!peer) throw new Error('no link was begun')
    return peer
  }
  /** What the switch tells of a leg that was dialled under this token. */
  const leg = (event: string, id: string, token = 'id-1', more: Record<string, string> = {}) =>
    link().event({ 'Event-Name': event, 'Unique-ID': id, variable_parley_leg: `agent:${token}`, ...more })
  const report = (text: string, token = 'id-1') =>
    link().event({ 'Event-Name': 'BACKGROUND_JOB', 'Job-UUID': `parley-${token}`, _body: `${text}\n` })
  /** An answered leg connects to our listener. */
  const land = (parleyLeg: string, more: Record<string, string> = {}): Peer => {
    const peer = new Peer()
    const variables = { parley_leg: parleyLeg, parley_owner: '127.0.0.1:8084-id-0/a-call', ...more }
    const own = Object.entries(variables).map(
      ([name, value]) => `variable_${name}: ${encodeURIComponent(value)}\n`,
    )
    const data = CHANNEL.replace(/^Call-Direction: .*$/m, 'Call-Direction: outbound')
    peer.onCommand = command => {
      peer.commands.push(command)
      if (command.line === 'connect') peer.raw(data.replace('Content-Type:', `${own.join('')}Content-Type:`))
      else if (command.line === 'exit') peer.end()
      else peer.reply(command, '+OK')
    }
    pbx.accept(peer.daemon)
    return peer
  }
  const dial = (order: Partial<DialOrder> = {}) => followed(pbx.dial({ ...ORDER, ...order }))
  return { clock, pbx, links, link, said, log, calls, state, leg, report, land, dial, legId: UUID }
}

/** With what has come of it so far. */
function followed(dialling: Dialling) {
  const seen: { ringing?: string; end?: DialEnd } = {}
  void dialling.ringing.then(ringing => {
    seen.ringing = ringing
  })
  void dialling.ended.then(end => {
    seen.end = end
  })
  return Object.assign(seen, { withdraw: () => dialling.withdraw() })
}
