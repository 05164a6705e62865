import { existsSync, readFileSync } from 'node:fs'

// Not on macOS or Windows, where NaN is the answer.
const HAS_PROC = existsSync('/proc/self/stat')

const TICKS_PER_SECOND = 100
const USER_TICKS = 11
const SYSTEM_TICKS = 12

/** Seconds of processor time that a process and its children have used. */
export function cpuSecondsOf(pid: number): number {
  if (!HAS_PROC) return Number.NaN
  const ticks = listTree(pid).map((each) => {
    // The name in parentheses may contain spaces.
    const fields = readFileSync(`/proc/${each}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])
  })
  return sum(ticks) / TICKS_PER_SECOND
}

/** Resident megabytes of a process and its children; what they share counts in each. */
export function residentMegabytesOf(pid: number): number {
  if (!HAS_PROC) return Number.NaN
  const kilobytes = listTree(pid).map((each) => {
    const status = readFileSync(`/proc/${each}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1])
  })
  return sum(kilobytes) / 1024
}

function listTree(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  const pids = children === '' ? [] : children.split(' ').map(Number)
  return [pid, ...pids.flatMap(listTree)]
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
