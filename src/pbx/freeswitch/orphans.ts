// Legs that we dialled and nobody waits for any more: of a process that has died, or of orders that were withdrawn while the
// control link was down. Those that ring are ended, those with a human on both sides never.

import { CommandFailed } from '../../esl/errors.ts'
import type { Log } from '../../lib/log.ts'
import { PbxError } from '../pbx.ts'
import type { ControlLink } from './control-link.ts'
import { type Owner, ownerOf } from './owners.ts'

interface OutboundLeg {
  id: string
  owner: Owner
  /** `agent:<token>` or `caller:<token>`. */
  is: string
  answered: boolean
}

export interface OrphanSearch {
  link: ControlLink
  log: Log
  /** Of this process. */
  instance: string
  /** `host:port` of its listener. */
  place: string
  /** Whether somebody of this process waits for the leg. */
  isAwaited: (token: string) => boolean
}

/** Ends what dead processes in our place have left. Gives the ids of the calls that go on talking. */
export async function sweepOrphans(search: OrphanSearch): Promise<string[]> {
  const { link, place, instance } = search
  const legs = await outboundLegs(link)
  const dead = legs.filter(({ owner }) => owner.place === place && owner.instance !== instance)
  if (dead.length === 0) return []
  const inTalk = dead.some(({ answered }) => answered) ? await talking(link) : new Set<string>()
  const callIds = new Set<string>()
  for (const leg of dead) {
    if (inTalk.has(leg.id)) callIds.add(leg.owner.callId)
    // The guard of a caller's leg brings it back to us by itself.
    else if (!leg.answered || leg.is.startsWith('agent:')) await end(search, leg)
  }
  return [...callIds]
}

/** Ends the legs of this very process that ring for nobody: they were dialled, or withdrawn, while the link was down. */
export async function endUnawaited(search: OrphanSearch): Promise<void> {
  for (const leg of await outboundLegs(search.link)) {
    const [, token = ''] = leg.is.split(':')
    if (leg.owner.instance === search.instance && !leg.answered && !search.isAwaited(token))
      await end(search, leg)
  }
}

async function end({ link, log }: OrphanSearch, { id, owner }: OutboundLeg): Promise<void> {
  log.info({ leg: id, call: owner.callId }, 'ended a leg for which nobody waits')
  // One that has gone meanwhile is refused, which is what we want.
  await link.api('uuid_kill', `${id} ORIGINATOR_CANCEL`).catch(() => {})
}

/** Those that carry an owner of ours. The list of channels does not know variables: each is asked, all at once. */
async function outboundLegs(link: ControlLink): Promise<OutboundLeg[]> {
  const rows = rowsOf(await link.api('show', 'channels as json')).filter(row => row.direction === 'outbound')
  const legs: OutboundLeg[] = []
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const some = await Promise.all(rows.slice(from, from + AT_ONCE).map(row => outboundLeg(link, row)))
    legs.push(...some.filter(leg => leg !== undefined))
  }
  return legs
}

/** The switch answers each in a tenth of a millisecond; orders of calls wait behind them. */
const AT_ONCE = 100

/** The last one is on the channel as soon as it is answered; the list is a little late. */
const VARIABLES = ['parley_owner', 'parley_leg', 'endpoint_disposition']

async function outboundLeg(link: ControlLink, row: Row): Promise<OutboundLeg | undefined> {
  const id = row.uuid ?? ''
  if (!/^[\w-]{1,64}$/.test(id)) return undefined
  const asked = VARIABLES.map(name => link.api('uuid_getvar', `${id} ${name}`).catch(orGone))
  const [owner = '', is = '', disposition] = await Promise.all(asked)
  const known = ownerOf(owner)
  if (!known || !/^(agent|caller):/.test(is)) return undefined
  const answered = disposition === 'ANSWER' || /^(ACTIVE|HELD|UNHELD)$/.test(row.callstate ?? '')
  return { id, owner: known, is, answered }
}

/** A channel that has gone meanwhile is refused; what fails otherwise tells nothing, and nobody may be ended for it. */
function orGone(error: unknown): string {
  if (error instanceof PbxError && error.cause instanceof CommandFailed) return ''
  throw error
}

/** The legs that have somebody on the other side: in a bridge, or in a room with another member. */
async function talking(link: ControlLink): Promise<Set<string>> {
  const [calls, rooms] = await Promise.all([
    link.api('show', 'bridged_calls as json'),
    link.api('conference', 'json_list'),
  ])
  const legs = rowsOf(calls).flatMap(row => [row.uuid ?? '', row.b_uuid ?? ''])
  const together = roomsOf(rooms).filter(members => members.length > 1)
  return new Set([...legs, ...together.flat()])
}

type Row = Readonly<Record<string, string | undefined>>

function rowsOf(text: string): Row[] {
  const list: unknown = parsed(text)
  const rows = typeof list === 'object' && list !== null && 'rows' in list ? list.rows : []
  return Array.isArray(rows) ? rows.filter(row => typeof row === 'object' && row !== null) : []
}

/** The members' legs, room by room. */
function roomsOf(text: string): string[][] {
  // Without any room it is a sentence.
  if (!text.trimStart().startsWith('[')) return []
  const rooms: unknown = parsed(text)
  if (!Array.isArray(rooms)) return []
  return rooms.map(room => {
    const members: unknown = room?.members
    return Array.isArray(members)
      ? members.flatMap(member => (typeof member?.uuid === 'string' ? [member.uuid] : []))
      : []
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new PbxError('the switch gave a list that cannot be read', { cause: error })
  }
}
