// The process: configuration, application, signals, exit code.
// Exit codes: 0 ended as asked, 1 cannot run here, or ended in a hurry, 2 the configuration is wrong.

import { flushCompileCache } from 'node:module'
import { App } from './app.ts'
import { ConfigurationInvalid } from './config/faults.ts'
import { loadConfiguration } from './config/load.ts'
import { processSurroundings } from './config/surroundings.ts'
import { Departure, SIGNALS } from './departure.ts'
import { systemClock } from './lib/clock.ts'
import { diskFiles } from './lib/files.ts'
import { randomIds } from './lib/ids.ts'
import type { Log } from './lib/log.ts'
import { createLog } from './log.ts'
import { PidFile } from './pid-file.ts'
import { StartFailed } from './readiness.ts'
import { inheritedSocket, Systemd } from './systemd.ts'

// Nobody has been taken yet: there is nothing to be let go.
for (const signal of SIGNALS) process.once(signal, () => process.exit(0))

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
  const pidFile = new PidFile(configuration.state.dir, diskFiles)
  obeySignals({ app, systemd, pidFile, log })
  await pidFile
    .write(pid)
    .catch(error => log.warn({ error }, 'the process id cannot be written: `parley drain` will not find it'))
  systemd.ready()
  const { host } = configuration.listener
  const startMs = Math.round(performance.now())
  const { port, webPort } = app
  log.info({ host, port, webPort, inherited: fd !== undefined, pid, startMs }, 'ready')
  flushCompileCache() // now, since a killed process would not
} catch (error) {
  if (!(error instanceof ConfigurationInvalid || error instanceof StartFailed)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(error instanceof StartFailed ? 1 : 2)
}

interface Running {
  app: App
  systemd: Systemd
  pidFile: PidFile
  log: Log
}

function obeySignals({ app, systemd, pidFile, log }: Running): void {
  const departure = new Departure({
    app,
    log,
    onEnding: () => systemd.stopping(),
    onEnded() {
      pidFile.remove()
      systemd.end()
      log.info(app.counts, 'stopped')
    },
    exit: code => process.exit(code),
  })
  for (const signal of SIGNALS)
    process.removeAllListeners(signal).on(signal, () => departure.onSignal(signal))
}
