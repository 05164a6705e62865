import { readFileSync } from 'node:fs'

export const securityMd = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8')

/** A test as SECURITY.md names it: its file below tests/, its title as it stands there, and one of its cases where it has many. */
export type NamedTest = { file: string; title: string; case: string | null }

/** What SECURITY.md says of one requirement of ASVS. */
export type Requirement = {
  id: string
  level: number
  asks: string
  tests: NamedTest[]
  /** What is said beside the tests. */
  reason: string
}

/** Returns the requirements, in the order of the file. */
export function readRequirements(): Requirement[] {
  return [...securityMd.matchAll(/^\| (\d+\.\d+\.\d+) \|.*$/gm)].map(([line]) => {
    const [id = '', level, asks = '', shown = ''] = cellsOf(line)
    return { id, level: Number(level), asks, tests: findTests(shown), reason: withoutTests(shown) }
  })
}

const TEST = /`([\w./-]+\.test\.ts)` “([^”]+)”(?: \(([^)]+)\))?/g

function findTests(text: string): NamedTest[] {
  return [...text.matchAll(TEST)].map(([, file = '', title = '', only]) => ({
    file,
    title,
    case: only ?? null,
  }))
}

function withoutTests(text: string): string {
  return text.replace(TEST, '').replace(/^[;.\s]+/, '')
}

/** Takes the head of a table's first column; returns its rows, each as its cells without backticks. */
export function readTable(head: string): string[][] {
  const table = new RegExp(`^\\| ${head} \\|.*\n\\|[- |]*\n((?:\\|.*\n)*)`, 'm').exec(securityMd)
  const lines = table?.[1]?.trimEnd().split('\n') ?? []
  return lines.map((line) => cellsOf(line).map((cell) => cell.replaceAll('`', '')))
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
}
