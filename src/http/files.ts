import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import express, { type Request, type RequestHandler } from 'express'

type PublicFile = { body: Buffer; etag: string; modified: string; compressed: Map<string, Buffer> }

const COMPRESS = { br: brotliCompressSync, gzip: gzipSync }
// The first that a browser takes.
const ENCODINGS = ['br', 'gzip'] as const

/** Serves the files of one folder, whose names are read once: no page is looked up on disk. `isKept`: nor is a file that was asked for before. */
export function serveFiles(folder: string, { isKept }: { isKept: boolean }): RequestHandler {
  const names = new Set(readdirSync(folder).filter((name) => !name.startsWith('.')))
  const kept = new Map<string, PublicFile>()
  const sendPart = express.static(folder, { index: false, cacheControl: false, setHeaders })

  const open = (name: string) => {
    const file = kept.get(name) ?? readPublicFile(join(folder, name))
    if (isKept) kept.set(name, file)
    return file
  }

  return (req, res, next) => {
    const name = req.path.slice(1)
    if (!names.has(name) || (req.method !== 'GET' && req.method !== 'HEAD')) return next()
    if (isConditional(req)) return sendPart(req, res, next)
    const file = open(name)
    const encoding = ENCODINGS.find((each) => req.acceptsEncodings(each))
    setHeaders(res)
    res.set({ ETag: file.etag, 'Last-Modified': file.modified }).type(extname(name))
    if (encoding) res.set('Content-Encoding', encoding)
    res.send(encoding ? compress(file, encoding) : file.body)
  }
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
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22)
  const modified = statSync(path).mtime.toUTCString()
  // Weak, since a file has the same one in each encoding.
  return { body, etag: `W/"${digest}"`, modified, compressed: new Map() }
}

function compress({ body, compressed }: PublicFile, encoding: keyof typeof COMPRESS): Buffer {
  const known = compressed.get(encoding) ?? COMPRESS[encoding](body)
  compressed.set(encoding, known)
  return known
}
