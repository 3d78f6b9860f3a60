// What is captured: each a session of a daemon with a real switch, by name. Waits are real time.

import { setTimeout as sleep } from 'node:timers/promises'
import type { RealPhone } from '../../freeswitch/real-phone.ts'
import type { CapturedLink, Session } from './session.ts'

type Script = (session: Session) => Promise<void>

const EAR = '{RECORD_READ_ONLY=true,enable_file_write_buffering=false,record_sample_rate=8000}'
const CALL_EVENTS =
  'CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE PLAYBACK_START PLAYBACK_STOP RECORD_START RECORD_STOP DTMF ' +
  'CHANNEL_HOLD CHANNEL_UNHOLD CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE'
const CONTROL_EVENTS =
  'BACKGROUND_JOB CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_PROGRESS CHANNEL_HANGUP_COMPLETE ' +
  'CUSTOM conference::maintenance'

export const scripts: Readonly<Record<string, Script>> = {
  async '15-hold'(session) {
    const { phone, daemon } = await answered(session)
    daemon.send(`api uuid_record ${phone.id} start ${session.recordings}/ear.wav 0 ${EAR}`)
    daemon.execute('playback', session.prompts.reply, { id: 'p1' })
    await sleep(1_000)
    phone.holds()
    await sleep(1_000)
    phone.unholds()
    await sleep(2_000)
    await callerHangsUp(phone)
  },

  async '16-pause-and-resume'(session) {
    const { phone, daemon } = await answered(session)
    daemon.execute('playback', session.prompts.greeting, { id: 'p1' })
    await sleep(600)
    daemon.send(`api uuid_fileman ${phone.id} pause`)
    await sleep(800)
    daemon.send(`api uuid_fileman ${phone.id} pause`)
    await sleep(2_000)
    daemon.send(`api uuid_fileman ${phone.id} pause`)
    daemon.execute('playback', session.prompts.greeting, { id: 'p2' })
    await sleep(500)
    daemon.send(`api uuid_fileman ${phone.id} pause`)
    await sleep(500)
    daemon.send(`api uuid_break ${phone.id} all`)
    await sleep(500)
    daemon.execute('playback', `${session.prompts.greeting}@@8000`, { id: 'p3' })
    await sleep(1_500)
    await callerHangsUp(phone)
  },

  async '17-queued-and-nested-plays'(session) {
    const { phone, daemon } = await answered(session)
    daemon.execute('playback', session.prompts.greeting, { id: 'p1' })
    daemon.execute('playback', session.prompts.reply, { id: 'p2' })
    await sleep(700)
    daemon.send(`api uuid_break ${phone.id}`)
    await sleep(700)
    daemon.execute('playback', session.prompts.greeting, { id: 'p3' })
    await sleep(200)
    daemon.send(`api uuid_break ${phone.id} all`)
    await sleep(500)
    daemon.execute('playback', session.prompts.reply, { id: 'n1', lock: false })
    await sleep(700)
    daemon.execute('playback', session.prompts.greeting, { id: 'n2', lock: false })
    await sleep(700)
    daemon.send(`api uuid_break ${phone.id}`)
    await sleep(700)
    daemon.execute('playback', `${session.prompts.greeting}.missing`, { id: 'm1' })
    await sleep(700)
    daemon.execute('hangup', '')
    await sleep(3_200)
  },

  async '18-room'(session) {
    const control = await session.control()
    control.send(`event json ${CONTROL_EVENTS}`)
    const { phone, daemon } = await answered(session)
    daemon.send(`api uuid_setvar ${phone.id} hangup_after_conference false`)
    daemon.execute('conference', 'transfer-18@default', { id: 'room' })
    await sleep(500)
    control.send(originate(session, '2000', '&conference(transfer-18@default+flags{endconf})'))
    await sleep(1_500)
    void phone.says(new Int16Array(8 * 600).map((_, i) => 6_000 * Math.sin(i / 3)))
    await sleep(2_200)
    control.send(`api uuid_kill ${AGENT}`)
    await sleep(700)
    daemon.execute('playback', session.prompts.greeting, { id: 'back' })
    await sleep(700)
    await callerHangsUp(phone)
  },

  async '19-agent-leg'(session) {
    const control = await session.control()
    control.send(`event json ${CONTROL_EVENTS}`)
    const { phone, daemon } = await answered(session)
    daemon.execute('playback', 'silence_stream://-1', { id: 'wait' })
    await sleep(300)
    const landed = session.nextConnection('agent')
    control.send(originate(session, '2000', `'&socket(127.0.0.1:${session.daemonPort} async full)'`))
    const agent = await landed
    agent.send('connect')
    agent.send('linger 2')
    agent.send(`filter Unique-ID ${AGENT}`)
    agent.send(`event json ${CALL_EVENTS}`)
    agent.execute('playback', session.prompts.greeting, { id: 'brief' })
    await sleep(900)
    agent.send(`api uuid_break ${AGENT} all`)
    await sleep(300)
    daemon.send(`api uuid_break ${phone.id} all`)
    await sleep(100)
    daemon.execute('conference', 'transfer-19@default', { id: 'room' })
    agent.execute('conference', 'transfer-19@default+flags{endconf}', { id: 'join' })
    await sleep(1_200)
    await callerHangsUp(phone)
  },

  async '20-socket-lost'(session) {
    const control = await session.control()
    control.send(
      'event json CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE PLAYBACK_START PLAYBACK_STOP CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE',
    )
    const { daemon } = await answered(session)
    daemon.execute('playback', session.prompts.greeting, { id: 'p1' })
    daemon.execute('playback', session.prompts.reply, { id: 'p2' })
    await sleep(700)
    daemon.close()
    await sleep(6_000)
  },

  async '21-recordings'(session) {
    const { phone, daemon } = await answered(session)
    const { recordings } = session
    daemon.send(`api uuid_record ${phone.id} start /proc/nowhere/ear.wav 0 ${EAR}`)
    await sleep(500)
    daemon.send(`api uuid_record ${phone.id} start ${recordings}/short.wav 1 ${EAR}`)
    await sleep(1_500)
    daemon.send(`api uuid_record ${phone.id} start ${recordings}/stopped.wav 0 ${EAR}`)
    await sleep(1_500)
    daemon.send(`api uuid_record ${phone.id} stop ${recordings}/stopped.wav`)
    await sleep(300)
    daemon.send(`api uuid_record ${phone.id} start ${recordings}/hung-up.wav 0 ${EAR}`)
    daemon.send(`api uuid_setvar_multi ${phone.id} a=1;b=\${a};c=two words;d=`)
    daemon.send(`api uuid_getvar ${phone.id} b`)
    daemon.send(`api uuid_getvar ${phone.id} c`)
    daemon.send(`api uuid_getvar ${phone.id} d`)
    await sleep(1_000)
    await callerHangsUp(phone)
  },

  async '22-transfer-cuts-a-playback'(session) {
    const { phone, daemon } = await answered(session)
    daemon.execute('playback', session.prompts.reply, { id: 'p1' })
    await sleep(700)
    daemon.send(`api uuid_transfer ${phone.id} 2002 XML public`)
    await sleep(1_000)
    await callerHangsUp(phone)
  },
}

const AGENT = 'a0000018-0000-4000-8000-000000000001'

async function answered(session: Session): Promise<{ phone: RealPhone; daemon: CapturedLink }> {
  const { phone, daemon } = await session.call()
  daemon.send('linger 2')
  daemon.send(`filter Unique-ID ${phone.id}`)
  daemon.send(`event json ${CALL_EVENTS}`)
  await sleep(200)
  return { phone, daemon }
}

async function callerHangsUp(phone: RealPhone): Promise<void> {
  phone.hangsUp()
  await sleep(3_500)
}

function originate(session: Session, number: string, then: string): string {
  const variables =
    `origination_uuid=${AGENT},originate_timeout=10,ignore_early_media=true,` +
    "origination_caller_id_number=+15550100,origination_caller_id_name='Smith\\, Jane'"
  const to = `sofia/internal/${number}@127.0.0.1:${session.switch.sipPort}`
  return `bgapi originate {${variables}}${to} ${then}\nJob-UUID: job-${number}`
}
