// One call on a manual clock with a daemon that the test plays itself: the ground of the tests of the switch.

import { ManualClock } from '../fakes/manual-clock.ts'
import { MemoryFiles } from '../fakes/memory-files.ts'
import type { DialplanStep } from './call-flow.ts'
import { type CallOptions, FakeFreeswitch, type FakeFreeswitchOptions } from './fake-freeswitch.ts'
import { RawDaemon } from './raw-daemon.ts'
import { monoWav } from './wav.ts'

/** A second and half a second; no sample of them is silence. */
export const HELLO = new Int16Array(8_000).map((_, i) => 1_000 + (i % 500))
export const BYE = new Int16Array(4_000).fill(2_000)

/** One like those of every switch, and one that is meant for waiting. */
export const ROOMS = { default: { music: false }, parley: { music: true } }

/** What a daemon asks for to hear the caller. */
export const EAR = '{RECORD_READ_ONLY=true,enable_file_write_buffering=false,record_sample_rate=8000}'

export function building(options: Partial<FakeFreeswitchOptions> = {}) {
  const clock = new ManualClock()
  const files = new MemoryFiles(clock)
  files.grow('/prompts/hello.wav', monoWav(HELLO))
  files.grow('/prompts/bye.wav', monoWav(BYE))
  const pbx = new FakeFreeswitch({
    clock,
    files,
    promptFolders: ['/prompts'],
    firstTickMs: 10,
    roomProfiles: ROOMS,
    ...options,
  })
  return { clock, files, pbx }
}

/** A call that the first daemon has taken over and hears everything of; a second one stands by. */
export async function connected(
  options: Partial<FakeFreeswitchOptions> = {},
  call: (first: RawDaemon, second: RawDaemon) => Partial<CallOptions> = () => ({}),
) {
  const { clock, files, pbx } = building(options)
  const daemon = new RawDaemon(clock)
  const second = new RawDaemon(clock)
  const usual = { to: '5000', from: '+15550100', listener: () => daemon.wire }
  const caller = await pbx.call({ ...usual, ...call(daemon, second) })
  daemon.control(caller.id)
  await clock.settle()
  const complaints = () => pbx.violations.map(one => one.what)
  return { clock, files, pbx, daemon, second, caller, complaints }
}

/** A dialplan that tries two daemons and then people. */
export const twoAttempts = (variables: Record<string, string>) => (first: RawDaemon, second: RawDaemon) => {
  const dialplan: DialplanStep[] = [
    { do: 'answer' },
    { do: 'socket', to: [() => first.wire] },
    { do: 'socket', to: [() => second.wire] },
    { do: 'transfer', to: '2000' },
  ]
  return { variables, dialplan }
}
