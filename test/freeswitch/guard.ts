// Whether every caller is kept or gets to people, on a real FreeSWITCH with the dialplan that is shipped:
// the daemon is killed, stopped, not there. Each check tells how long the caller had to wait.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { monoWav } from '../fake-freeswitch/wav.ts'
import type { Check } from './findings.ts'
import { GUARDED, GuardStage } from './guard-stage.ts'
import type { RealSwitch } from './real-switch.ts'

const DIALPLAN = new URL('../../dialplan/parley.xml', import.meta.url)
/** As long as the shipped recording takes. */
const ONE_MOMENT_MS = 1_200
const PEOPLE = '2000'

/** What a caller may have to wait. */
const BOUNDS = { restartedMs: 3_000, peopleMs: 2_000 + ONE_MOMENT_MS, stuckMs: 8_000 } as const

/**
 * The guarded way on this switch, besides what it has already: for callers who bring the variable
 * parley_guarded.
 */
export async function guardSwitch(pbx: RealSwitch): Promise<void> {
  const folder = dirname(pbx.recordings)
  const file = join(folder, 'conf/freeswitch.xml')
  const sound = await saysOneMoment(pbx, ONE_MOMENT_MS)
  const shipped = (await readFile(DIALPLAN, 'utf8'))
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<\/?include>/g, '')
    .replaceAll('^5000$', `^${GUARDED}$`)
    .replaceAll('5000 XML', `${GUARDED} XML`)
    .replaceAll('XML default', 'XML public')
    .replaceAll('200 XML', `${PEOPLE} XML`)
    .replaceAll('127.0.0.1:8084', `127.0.0.1:\${sip_h_X-Parley-Port}`)
    .replaceAll('ivr/ivr-one_moment_please.wav', sound)
  const way = `
    <extension name="guarded">
      <condition field="destination_number" expression="^5000$"/>
      <condition field="\${sip_h_X-Parley-Variables}" expression="parley_guarded">
        <action application="multiset" data="\${url_decode(\${sip_h_X-Parley-Variables})}"/>
        <action application="event" data="Event-Name=CUSTOM,Event-Subclass=parley::arrived,Parley-Caller=\${sip_h_X-Parley-Caller}"/>
        <action application="transfer" data="${GUARDED} XML public"/>
      </condition>
    </extension>`
  const before = await readFile(file, 'utf8')
  await writeFile(
    file,
    before.replace('<context name="public">', context => `${context}${way}${shipped}`),
  )
  await pbx.link.api('reloadxml', '')
}

/** How long the switch says "one moment, please" from now on. Resolves to the file. */
async function saysOneMoment(pbx: RealSwitch, ms: number): Promise<string> {
  const file = join(dirname(pbx.recordings), 'sounds/ivr/ivr-one_moment_please.wav')
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, monoWav(tone(ms)))
  return file
}

/** Half as loud as speech. */
function tone(ms: number): Int16Array {
  return Int16Array.from({ length: ms * 8 }, (_, at) => 4_000 * Math.sin((2 * Math.PI * 440 * at) / 8_000))
}

const CHECKS: Readonly<Record<string, (stage: GuardStage, pbx: RealSwitch) => Promise<void>>> = {
  'killed, started again: the daemon has the call': async stage => {
    await stage.start({ restarts: true })
    const { phone, ours, theirs } = await stage.call()
    const killedMs = stage.strike('SIGKILL')
    const { atMs, readyMs } = await stage.newDaemonHas(phone)
    stage.within('the new daemon has the call', atMs - killedMs, BOUNDS.restartedMs)
    stage.notes.push(`it was ready after ${Math.round(readyMs - killedMs)} ms`)
    await stage.grows(ours, false, 'the recording of the dead daemon')
    await stage.grows(theirs, true, 'the recording of the PBX')
    await phone.hearsSpeech()
  },
  'killed for good: people': async stage => {
    await stage.start({ restarts: false })
    const { phone, ours, theirs } = await stage.call()
    const killedMs = stage.strike('SIGKILL')
    await stage.isWithPeople(phone, killedMs, BOUNDS.peopleMs)
    await stage.grows(ours, false, 'the recording of the dead daemon')
    await stage.grows(theirs, true, 'the recording of the PBX')
  },
  'stopped before the call came: people': async stage => {
    await stage.start({ restarts: true, watches: false })
    stage.strike('SIGSTOP')
    const dialledMs = performance.now()
    const phone = await stage.dials()
    await stage.isWithPeople(phone, dialledMs, BOUNDS.stuckMs)
    stage.strike('SIGKILL')
    await sleep(1_000)
    await stage.stillTalks(phone)
  },
  'taken away from a stopped daemon, which is killed later: people keep the caller': async stage => {
    await stage.start({ restarts: true, watches: false })
    const { phone, ours } = await stage.call()
    stage.strike('SIGSTOP')
    const takenMs = performance.now()
    await stage.goesToPeople(phone)
    await stage.isWithPeople(phone, takenMs, 1_000)
    stage.strike('SIGKILL')
    await stage.grows(ours, false, 'the recording of the dead daemon')
    await sleep(1_000)
    await stage.stillTalks(phone)
  },
  'stopped in the middle, killed by the watchdog: the daemon has the call': async stage => {
    await stage.start({ restarts: true })
    const { phone, ours } = await stage.call()
    const stoppedMs = stage.strike('SIGSTOP')
    const { atMs } = await stage.newDaemonHas(phone)
    stage.within('the new daemon has the call', atMs - stoppedMs, BOUNDS.stuckMs)
    await stage.grows(ours, false, 'the recording of the dead daemon')
  },
  'stopped in the middle, killed for good: people': async stage => {
    await stage.start({ restarts: false })
    const { phone, ours } = await stage.call()
    await stage.isWithPeople(phone, stage.strike('SIGSTOP'), BOUNDS.stuckMs)
    await stage.grows(ours, false, 'the recording of the dead daemon')
  },
  'killed twice in a call: people': async stage => {
    await stage.start({ restarts: true })
    const { phone } = await stage.call()
    stage.strike('SIGKILL')
    await stage.newDaemonHas(phone)
    await phone.hearsSpeech()
    await stage.isWithPeople(phone, stage.strike('SIGKILL'), BOUNDS.peopleMs)
    await stage.stillTalks(phone)
  },
  'nothing happens: nothing fires': async stage => {
    await stage.start({ restarts: true })
    const { phone } = await stage.call()
    await stage.noTimer(phone)
    await sleep(BOUNDS.stuckMs + 1_000)
    if (!(await stage.isWithDaemon(phone))) stage.faults.push('the call has left the daemon')
  },
  'refused, then there: the second attempt has the call, and no timer is left': async (stage, pbx) => {
    // As long as a daemon may take to start on a busy machine.
    await saysOneMoment(pbx, 5_000)
    const begin = await stage.startLater({ restarts: false })
    const phone = await stage.dials()
    await begin()
    await saysOneMoment(pbx, ONE_MOMENT_MS)
    await stage.daemonHas(phone)
    await stage.noTimer(phone)
  },
  'here for the fourth time: people for good': async stage => {
    await stage.start({ restarts: false })
    const dialledMs = performance.now()
    const variables = { parley_hops: '3', parley_fallback: `${PEOPLE} XML public` }
    await stage.isWithPeople(await stage.dials(variables), dialledMs, 1_000)
  },
  'on the way to people: our recordings end, one, two or three of them': async stage => {
    const phone = await stage.dials({ parley_hops: '3', parley_fallback: `${PEOPLE} XML public` })
    for (const count of [1, 2, 3]) await stage.recordingsEnd(phone, count)
  },
}

export const guardChecks: readonly Check[] = Object.entries(CHECKS).map(([name, check]) => ({
  name,
  async run({ pbx, google, folder }, findings) {
    const stage = new GuardStage(pbx, google, folder, findings)
    try {
      await check(stage, pbx)
    } finally {
      await stage.close()
    }
  },
}))
