import type { Request, Response } from 'express'
import { z } from 'zod'
import type { SignedCookie } from '../cookies.ts'
import type { Key, Text } from '../words/words.ts'

const CATEGORIES = ['success', 'info', 'warning', 'danger'] as const

export type FlashCategory = (typeof CATEGORIES)[number]
type Flash = { category: FlashCategory; texts: Text[] }

export type Flashes = ReturnType<typeof createFlashes>

/** Messages that survive one redirect, in a cookie: a session would cost anonymous visitors a row. */
export function createFlashes(cookie: SignedCookie) {
  const waiting = new WeakMap<Response, Flash[]>()
  const read = (req: Request, res: Response) => waiting.get(res) ?? parseFlashes(cookie.read(req))

  return {
    add(req: Request, res: Response, category: FlashCategory, ...texts: Text[]): void {
      const said = JSON.stringify(texts)
      const others = read(req, res).filter((flash) => JSON.stringify(flash.texts) !== said)
      const flashes = [...others, { category, texts }].slice(-MOST)
      waiting.set(res, flashes)
      cookie.write(res, JSON.stringify(flashes))
    },
    /** For the page that shows them. */
    take(req: Request, res: Response): Flash[] {
      const flashes = read(req, res)
      if (flashes.length === 0) return []
      cookie.clear(res)
      waiting.set(res, [])
      return flashes
    },
  }
}

// Bounded, so that a browser that never shows them cannot grow its cookie past what servers accept.
const MOST = 3

const Params = z.record(z.string(), z.union([z.string(), z.number()]))
const FlashCookie: z.ZodType<Flash[]> = z.array(
  z.object({
    category: z.enum(CATEGORIES),
    texts: z.array(z.union([z.custom<Key>(isString), z.tuple([z.custom<Key>(isString), Params])])),
  }),
)

function isString(value: unknown): boolean {
  return typeof value === 'string'
}

function parseFlashes(value: string | null): Flash[] {
  if (value === null) return []
  // What we signed is JSON, but it may have been signed by an older release.
  const parsed = FlashCookie.safeParse(parseJson(value))
  return parsed.success ? parsed.data : []
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return null
  }
}
