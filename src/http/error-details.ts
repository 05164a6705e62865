import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { formatPath } from '../project.ts'

/** What a developer wants to see of an error. */
export type ErrorDetails = {
  name: string
  message: string
  stack: string
  /** Where it came from in this project, if that is known. */
  source: Source | null
}

type Place = { file: string; line: number }
type Source = Place & { excerpt: { number: number; text: string; isCulprit: boolean }[] }

/** For development alone. The message is its last line: Prisma writes the values of a query before it. */
export function describeError(error: unknown): ErrorDetails {
  const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error))
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line))
  const place = findInTemplate(message) ?? findInFrames(frames)
  return {
    name,
    message: message.trim().split('\n').at(-1)?.trim() ?? '',
    stack: frames.map((frame) => frame.trim()).join('\n'),
    source: place && readSource(place),
  }
}

const IN_TEMPLATE = /\(([^()]+\.njk)\)(?: \[Line (\d+), Column \d+\])?/g

// The innermost place. Nunjucks counts lines from 1 while it compiles a template, and from 0 while it renders one.
function findInTemplate(message: string): Place | null {
  const [, file, line] = [...message.matchAll(IN_TEMPLATE)].at(-1) ?? []
  if (!file) return null
  const isRendering = /^\s*\w*Error: /m.test(message)
  return { file, line: Number(line ?? 1) + (line && isRendering ? 1 : 0) }
}

const FRAME = /\(?((?:file:\/\/)?\/[^()]+):(\d+):\d+\)?$/

function findInFrames(frames: string[]): Place | null {
  return frames.map(readFrame).find((place) => place !== null && isOurs(place.file)) ?? null
}

function readFrame(frame: string): Place | null {
  const [, path = '', line] = FRAME.exec(frame) ?? []
  if (!path) return null
  return { file: path.startsWith('file:') ? fileURLToPath(path) : path, line: Number(line) }
}

function isOurs(file: string): boolean {
  return /^\.\/(src|views)\//.test(formatPath(file)) && existsSync(file)
}

const AROUND = 5

function readSource({ file, line }: Place): Source | null {
  if (!isOurs(file)) return null
  const first = Math.max(1, line - AROUND)
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .slice(first - 1, line + AROUND)
  const excerpt = lines.map((text, index) => {
    const number = first + index
    return { number, text, isCulprit: number === line }
  })
  return { file: formatPath(file), line, excerpt }
}
