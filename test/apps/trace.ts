// Captures what a real FreeSWITCH says, in the format of test/fake-freeswitch/golden:
//
//   FREESWITCH=/opt/freeswitch/bin/freeswitch npm run trace -- NAME… | --all [--out folder]
//
// FREESWITCH is a program or a prefix; without it `freeswitch` is looked for on the PATH. Exit codes: 0 captured,
// 1 something failed, 2 no such name, 3 there is no FreeSWITCH.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { scripts } from '../fake-freeswitch/capture/scripts.ts'
import { Session } from '../fake-freeswitch/capture/session.ts'
import { findFreeswitch, RealSwitch } from '../freeswitch/real-switch.ts'

const WARM_UP_MS = 1_500

const { values, positionals } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    out: { type: 'string', default: join(import.meta.dirname, '../../.demo/traces') },
  },
  allowPositionals: true,
})

// Whoever ends us ends the switch, too: it hangs on our exit.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
process.exitCode = await main()

async function main(): Promise<number> {
  const names = values.all ? Object.keys(scripts) : positionals
  const unknown = names.find(name => !(name in scripts))
  if (names.length === 0 || unknown !== undefined) {
    const known = Object.keys(scripts).join(' ')
    console.log(`${unknown ? `There is no trace ${unknown}. ` : ''}Name one or more, or --all: ${known}`)
    return 2
  }
  const program = await findFreeswitch(process.env.FREESWITCH)
  if (!program) {
    console.log('There is no FreeSWITCH here: name one in FREESWITCH, or put `freeswitch` on the PATH.')
    return 3
  }
  const pbx = await RealSwitch.start(program)
  try {
    console.log(`FreeSWITCH ${pbx.version}`)
    await warmUp(pbx)
    for (const name of names) await capture(pbx, name)
  } finally {
    await pbx.stop()
  }
  return 0
}

/** The first room of a switch's life tells of itself half a second late: it shall not be in a trace. */
async function warmUp({ link }: RealSwitch): Promise<void> {
  await link.job('originate', 'loopback/2000/public &conference(warm-up)')
  await sleep(WARM_UP_MS)
  await link.api('hupall', 'NORMAL_CLEARING')
  await sleep(WARM_UP_MS)
}

async function capture(pbx: RealSwitch, name: string): Promise<void> {
  const session = await Session.open(pbx)
  try {
    await scripts[name]?.(session)
  } finally {
    await session.close()
  }
  await mkdir(values.out, { recursive: true })
  for (const { name: link, text } of session.traces) {
    const path = join(values.out, `${name}.${link}.jsonl`)
    await writeFile(path, text)
    console.log(path)
  }
}
