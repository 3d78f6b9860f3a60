// The process: configuration, application, signals, exit code.
// Exit codes: 0 stopped as asked, 1 cannot run here, 2 the configuration is wrong.

import { flushCompileCache } from 'node:module'
import { App } from './app.ts'
import { ConfigurationInvalid } from './config/faults.ts'
import { loadConfiguration } from './config/load.ts'
import { processSurroundings } from './config/surroundings.ts'
import { systemClock } from './lib/clock.ts'
import { diskFiles } from './lib/files.ts'
import { randomIds } from './lib/ids.ts'
import type { Log } from './lib/log.ts'
import { createLog } from './log.ts'
import { StartFailed } from './readiness.ts'
import { inheritedSocket, Systemd } from './systemd.ts'

/** How long callers may go on talking after the first signal before they are sent to people. */
const DRAIN_LIMIT_MS = 30_000

process.once('SIGTERM', () => process.exit(0))
process.once('SIGINT', () => process.exit(0))

try {
  const surroundings = processSurroundings()
  const configuration = loadConfiguration(surroundings)
  const log = createLog(configuration.log)
  process.on('uncaughtException', error => log.error({ error }, 'a fault of ours outside any call'))
  process.on('unhandledRejection', error => log.error({ error }, 'a fault of ours outside any call'))
  const { env } = surroundings
  const { pid } = process
  const fd = inheritedSocket(env, pid)
  const app = await App.start(configuration, {
    clock: systemClock,
    files: diskFiles,
    ids: randomIds,
    log,
    ...(fd !== undefined && { fd }),
  })
  const systemd = new Systemd({ env, pid, clock: systemClock, log })
  systemd.ready()
  const { host } = configuration.listener
  const startMs = Math.round(performance.now())
  log.info({ host, port: app.port, inherited: fd !== undefined, pid, startMs }, 'ready')
  flushCompileCache() // now, since a killed process would not
  obeySignals(app, systemd, log)
} catch (error) {
  if (!(error instanceof ConfigurationInvalid || error instanceof StartFailed)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(error instanceof StartFailed ? 1 : 2)
}

/** The first signal drains, a second one or the time-out sends the callers to people; a third ends the process at once. */
function obeySignals(app: App, systemd: Systemd, log: Log): void {
  let signals = 0
  const stop = async () => {
    await app.stop()
    systemd.end()
    log.info(app.counts, 'stopped')
    process.exit(0)
  }
  const onSignal = (signal: NodeJS.Signals) => {
    signals++
    log.info({ signal }, 'stopping')
    if (signals === 1) systemd.stopping()
    if (signals > 2) process.exit(1)
    if (signals > 1) return void stop()
    systemClock.after(DRAIN_LIMIT_MS, () => void stop())
    void app.drain().then(stop)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.removeAllListeners(signal).on(signal, onSignal)
}
