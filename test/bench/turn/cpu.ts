// Who uses the machine while calls are measured, in percent of one core.

import { readFileSync } from 'node:fs'

/** Process ids. */
export interface Processes {
  daemon: number
  switch: number
  providers: number
}

export interface Busy {
  atMs: number
  daemon: number
  switch: number
  providers: number
  /** This process: the callers, and the embedded switch. */
  callers: number
  machine: number
}

/** In percent of one core. `others`: everybody else on this machine. */
export type Cpu = Record<'daemon' | 'switch' | 'providers' | 'callers' | 'others', number>

/** Linux counts a process's time in hundredths of a second. */
const MS_PER_TICK = 10

export function busyMs({ daemon, switch: pbx, providers }: Processes): Busy {
  return {
    atMs: performance.now(),
    daemon: processMs(daemon),
    switch: pbx === process.pid ? 0 : processMs(pbx),
    providers: processMs(providers),
    callers: processMs(process.pid),
    machine: machineBusyMs(),
  }
}

export function cpuBetween(before: Busy, after: Busy): Cpu {
  const spanMs = after.atMs - before.atMs
  const share = (key: Exclude<keyof Busy, 'atMs'>) => Math.round(((after[key] - before[key]) * 100) / spanMs)
  const known = {
    daemon: share('daemon'),
    switch: share('switch'),
    providers: share('providers'),
    callers: share('callers'),
  }
  const sum = Object.values(known).reduce((all, one) => all + one, 0)
  return { ...known, others: Math.max(0, share('machine') - sum) }
}

function processMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK
}

/** Of all processors together, without what they idled and waited. */
function machineBusyMs(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (
    /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? ''
  )
    .split(' ')
    .map(Number)
  return (user + nice + system + irq + softirq) * MS_PER_TICK
}
