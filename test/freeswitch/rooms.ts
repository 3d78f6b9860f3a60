// The ways of the shipped dialplan that callers and people take without the daemon, on a real switch: into a room, past one that is
// not there, and back from people.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Check, Findings } from './findings.ts'
import { GuardStage } from './guard-stage.ts'
import type { RealSwitch } from './real-switch.ts'
import { Refused, SipCaller } from './sip-caller.ts'

const ROOM = '4711'
const PATIENCE_MS = 3_000
const LOOK_EVERY_MS = 20

export const roomChecks: readonly Check[] = [
  {
    name: 'the way into a room: those that are there, and no others',
    run: ({ pbx }, findings) => intoRoom(pbx, findings),
  },
  {
    name: 'sent back by people: the daemon has the call, and knows why',
    async run({ pbx, google, folder }, findings) {
      const stage = new GuardStage(pbx, google, folder, findings)
      try {
        await stage.start({ restarts: false })
        const phone = await stage.dials()
        await stage.daemonHas(phone)
        await stage.goesToPeople(phone)
        await phone.isSentToPeople()
        await pbx.link.api('uuid_transfer', `${phone.id} parley-return-busy XML public`)
        const isBack = async () =>
          (await stage.isWithDaemon(phone)) && (await variable(pbx, phone.id, 'parley_hops')) === '2'
        findings.expect(await eventually(isBack), 'the call is not with the daemon again')
        const why = await variable(pbx, phone.id, 'parley_return')
        findings.expect(why === 'busy', `the reason is ${why}`)
        await stage.noTimer(phone)
      } finally {
        await stage.close()
      }
    },
  },
]

async function intoRoom(pbx: RealSwitch, findings: Findings): Promise<void> {
  for (const number of [ROOM, '0', '1'.repeat(65)]) {
    const status = await dialled(pbx, number)
    findings.expect(status === 'answered with 404', `room ${number} that is not there: ${status}`)
  }
  const args = `&conference(transfer-${ROOM}@parley+flags{endconf|dist-dtmf})`
  const [, owner = ''] =
    /^\+OK (\S+)/.exec(await pbx.link.api('originate', `loopback/2000/public ${args}`)) ?? []
  const members = async () => (await pbx.link.api('conference', `transfer-${ROOM} list count`)).trim()
  findings.expect(await eventually(async () => (await members()) === '1'), 'the room was not made')
  const guest = await SipCaller.dials(to(pbx, ROOM))
  findings.expect((await members()) === '2', `${await members()} are in the room`)
  await pbx.link.api('uuid_kill', owner)
  const isOver = await Promise.race([guest.over.then(() => true), sleep(PATIENCE_MS, false)])
  findings.expect(isOver, 'somebody was left alone in a room')
  if (!isOver) await guest.hangsUp()
}

/** What came of it. */
async function dialled(pbx: RealSwitch, number: string): Promise<string> {
  try {
    const caller = await SipCaller.dials(to(pbx, number))
    await caller.hangsUp()
    return 'answered'
  } catch (error) {
    if (error instanceof Refused) return error.message
    throw error
  }
}

function to(pbx: RealSwitch, number: string) {
  return { sipPort: pbx.sipPort, to: `transfer_${number}`, displayName: 'Jane', user: '2000', headers: {} }
}

async function variable(pbx: RealSwitch, leg: string, name: string): Promise<string> {
  return (await pbx.link.api('uuid_getvar', `${leg} ${name}`)).trim()
}

async function eventually(holds: () => Promise<boolean>): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += LOOK_EVERY_MS) {
    if (await holds()) return true
    await sleep(LOOK_EVERY_MS)
  }
  return false
}
