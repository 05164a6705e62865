import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, parse } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import express, { type NextFunction, type Request, type Response } from 'express'

type PublicFile = {
  body: Buffer
  print: string
  etag: string
  modified: string
  compressed: Map<string, Buffer>
}

const COMPRESS = { br: brotliCompressSync, gzip: gzipSync }
// The first that a browser takes.
const ENCODINGS = ['br', 'gzip'] as const

/** The files of one folder, whose names are read once: no page is looked up on disk. `keepsViews`: nor is a file that was asked for before. */
export function openPublicFiles(folder: string, settings: { keepsViews: boolean }) {
  const { keepsViews: isKept } = settings
  const names = new Set(readdirSync(folder).filter((name) => !name.startsWith('.')))
  const kept = new Map<string, PublicFile>()
  const sendPart = express.static(folder, { index: false, cacheControl: false, setHeaders })

  const open = (name: string) => {
    const file = kept.get(name) ?? readPublicFile(join(folder, name))
    if (isKept) kept.set(name, file)
    return file
  }

  function serve(req: Request, res: Response, next: NextFunction) {
    const { name, print } = splitPath(req.path)
    if (!names.has(name) || (req.method !== 'GET' && req.method !== 'HEAD')) return next()
    if (isConditional(req) && !print) return sendPart(req, res, next)
    const file = open(name)
    const encoding = ENCODINGS.find((each) => req.acceptsEncodings(each))
    setHeaders(res)
    if (print === file.print) res.set('Cache-Control', 'public, max-age=31536000, immutable')
    res.set({ ETag: file.etag, 'Last-Modified': file.modified }).type(extname(name))
    if (encoding) res.set('Content-Encoding', encoding)
    res.send(encoding ? compress(file, encoding) : file.body)
  }

  // Where a page asks for a file: under a name that changes with it, if files are kept.
  function urlOf(name: string): string {
    const { name: start, ext } = parse(name)
    return isKept ? `/${start}.${open(name).print}${ext}` : `/${name}`
  }

  return { serve, urlOf }
}

const FINGERPRINTED = /^\/(.+)\.([0-9a-f]{16})(\.\w+)$/

// A fingerprint of another release finds the file of this one: both may be running for a while.
function splitPath(path: string): { name: string; print?: string } {
  const [, start = '', print = '', ext = ''] = FINGERPRINTED.exec(path) ?? []
  return print ? { name: start + ext, print } : { name: path.slice(1) }
}

// Revalidated each time: a new release is seen at once, and most answers are 304.
function setHeaders(res: { setHeader: (name: string, value: string) => unknown }): void {
  res.setHeader('Cache-Control', 'public, no-cache')
  res.setHeader('Vary', 'Accept-Encoding')
}

// Browsers do not ask for a part of our files, nor for them to be unchanged.
function isConditional({ headers }: Request): boolean {
  return Boolean(headers.range ?? headers['if-match'] ?? headers['if-unmodified-since'])
}

function readPublicFile(path: string): PublicFile {
  const body = readFileSync(path)
  const digest = createHash('sha256').update(body).digest('hex')
  const [print, tag] = [digest.slice(0, 16), digest.slice(0, 32)]
  const modified = statSync(path).mtime.toUTCString()
  // Weak, since a file has the same one in each encoding.
  return { body, print, etag: `W/"${tag}"`, modified, compressed: new Map() }
}

function compress({ body, compressed }: PublicFile, encoding: keyof typeof COMPRESS): Buffer {
  const known = compressed.get(encoding) ?? COMPRESS[encoding](body)
  compressed.set(encoding, known)
  return known
}
