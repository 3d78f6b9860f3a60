// A caller and an agent in a room, with a control link that hears of it: the ground of the tests of rooms.

import type { CallOptions, FakeFreeswitchOptions } from './fake-freeswitch.ts'
import type { Caller } from './person.ts'
import { RawDaemon } from './raw-daemon.ts'
import { connected } from './test-call.ts'

/** 200 ms of one level: whoever hears it can be told from the others. */
export const VOICE = (level: number) => new Int16Array(1_600).fill(level)

const AT_ONCE = { answersAfterMs: 100 }

const LEG_EVENTS =
  'CHANNEL_CREATE CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_ANSWER CHANNEL_HANGUP_COMPLETE'

/** A caller with the daemon, and two agents who can be called. */
export async function hall(
  options: Partial<FakeFreeswitchOptions> = {},
  call?: (first: RawDaemon, second: RawDaemon) => Partial<CallOptions>,
) {
  const people = { '2000': AT_ONCE, '2001': AT_ONCE }
  const ground = await connected({ people, ...options }, call)
  const { clock, pbx, daemon } = ground
  daemon.send('event json CUSTOM conference::maintenance')
  const link = new RawDaemon(clock)
  pbx.acceptControl(link.wire)
  link.send('auth ClueCon', `event json BACKGROUND_JOB ${LEG_EVENTS} CUSTOM conference::maintenance`)
  await clock.settle()
  const pass = (ms: number) => clock.advanceAsync(ms)
  /** Somebody is called, and put to this application when they have answered. */
  const originated = async (app: string, number: string): Promise<Caller> => {
    link.send(`bgapi originate user/${number}@h '&${app}'`)
    await pass(200)
    const leg = pbx.legOf(number)
    if (!leg) throw new Error('nobody was dialled')
    return leg
  }
  const jobs = () => link.events('BACKGROUND_JOB').map(({ what }) => what._body)
  return { ...ground, link, pass, originated, jobs }
}

/** Caller and agent in a room, with these flags. The caller is not hung up with the room. */
export async function meeting({ flags = '', agentFlags = '' }: { flags?: string; agentFlags?: string } = {}) {
  const ground = await hall()
  const { daemon, caller, pass, originated } = ground
  const room = (given: string) => `room@parley${given && `+flags{${given}}`}`
  daemon.send(`api uuid_setvar ${caller.id} hangup_after_conference false`)
  daemon.execute('conference', room(flags), 'room')
  await pass(60)
  const agent = await originated(`conference(${room(agentFlags)})`, '2000')
  const memberOf = (person: Caller) => person.variable('conference_member_id') ?? 'nobody'
  return { ...ground, agent, memberOf }
}
