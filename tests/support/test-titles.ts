import { existsSync, readFileSync } from 'node:fs'

// The title is the first text after `test(`, or after the list of `test.each(…)(`.
const TITLE = /^\s*test\(\s*(['"`])(.*?)\1|\)\(\s*(['"`])(.*?)\3/

/** Takes a path below tests/; returns the titles of its tests as they stand in the source, or null without such a file. */
export function readTitles(file: string): string[] | null {
  const url = new URL(`../${file}`, import.meta.url)
  if (!existsSync(url)) return null
  const parts = readFileSync(url, 'utf8').split(/^(?=\s*(?:test|describe)\b)/m)
  return parts.filter((part) => /^\s*test\b/.test(part)).map(titleOf)
}

function titleOf(part: string): string {
  const found = TITLE.exec(part)
  return found?.[2] ?? found?.[4] ?? ''
}
