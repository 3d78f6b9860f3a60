// How much of a core the fake switch takes: `node test/fake-freeswitch/bench-switch.ts [calls] [seconds]`.
// Growing recordings on the memory file system, a playback now and then, real clock.

import { mkdirSync, rmSync } from 'node:fs'
import { systemClock } from '../../src/lib/clock.ts'
import { diskFiles } from '../../src/lib/files.ts'
import { FakeFreeswitch } from './fake-freeswitch.ts'
import { RawDaemon } from './raw-daemon.ts'
import { EAR } from './test-call.ts'
import { monoWav } from './wav.ts'

const [calls = 200, seconds = 10] = process.argv.slice(2).map(Number)
const folder = `/dev/shm/fake-freeswitch-bench-${process.pid}`
mkdirSync(folder, { recursive: true })
await diskFiles.writeFile(`${folder}/prompt.wav`, monoWav(new Int16Array(24_000).fill(500)))

const pbx = new FakeFreeswitch({ clock: systemClock, files: diskFiles })
const daemons: RawDaemon[] = []
for (let i = 0; i < calls; i++) {
  const daemon = new RawDaemon(systemClock)
  const caller = await pbx.call({ to: '5000', from: `+1555${i}`, listener: () => daemon.wire })
  daemon.control(caller.id, 'PLAYBACK_START PLAYBACK_STOP')
  daemon.send(`api uuid_record ${caller.id} start ${folder}/${i}.wav 0 ${EAR}`)
  daemon.execute('playback', `${folder}/prompt.wav`, `p${i}`)
  void caller.says(new Int16Array(8_000 * seconds).fill(1_000))
  daemons.push(daemon)
}
const before = process.cpuUsage()
const beganMs = performance.now()
await new Promise(resolve => setTimeout(resolve, seconds * 1_000))
const { user, system } = process.cpuUsage(before)
const wallMs = performance.now() - beganMs
const percent = ((user + system) / 1_000 / wallMs) * 100
process.stdout.write(`${calls} calls, ${seconds} s: ${percent.toFixed(1)} % of a core, `)
process.stdout.write(`${(process.memoryUsage().rss / 1e6).toFixed(0)} MB resident\n`)
pbx.stop()
rmSync(folder, { recursive: true })
