import { isUtf8 } from 'node:buffer'
import express, { type Request, type RequestHandler } from 'express'
import { HttpError } from './http-error.ts'

const MAX_BODY_BYTES = 32 * 1024
const MAX_FIELDS = 50

/** Reads a form: only urlencoded UTF-8 of at most 32 KiB and 50 fields, each a string given once. */
export function readForm(): RequestHandler[] {
  const parse = express.urlencoded({
    // The simple parser makes no objects of names such as a[b], so nothing can reach a prototype.
    extended: false,
    limit: MAX_BODY_BYTES,
    parameterLimit: MAX_FIELDS,
    // No browser compresses a form: any encoding is answered with 415, and there is nothing to inflate.
    inflate: false,
    verify: demandText,
  })
  return [demandFormType, demandShort, parse, refuseLists]
}

// The parser itself would let iso-8859-1 in, and skip any other type and leave no body at all.
const demandFormType: RequestHandler = (req, _res, next) => {
  next(!hasBody(req) || isUtf8Form(req.get('content-type') ?? '') ? undefined : new HttpError(415))
}

function hasBody(req: Request): boolean {
  return req.get('transfer-encoding') !== undefined || Number(req.get('content-length') ?? 0) > 0
}

function isUtf8Form(contentType: string): boolean {
  return /^\s*application\/x-www-form-urlencoded\s*(;\s*charset="?utf-8"?\s*)?;?\s*$/i.test(
    contentType,
  )
}

// The parser would read all of it first, and only then say that it is too much.
const demandShort: RequestHandler = (req, _res, next) => {
  next(Number(req.get('content-length') ?? 0) > MAX_BODY_BYTES ? new HttpError(413) : undefined)
}

// The parser reads all that is not UTF-8 as U+FFFD: two passwords could be the same.
function demandText(_req: unknown, _res: unknown, body: Buffer): void {
  if (!isText(body)) throw new HttpError(400, 'not in UTF-8')
}

function isText(body: Buffer): boolean {
  try {
    return isUtf8(body) && decodeURIComponent(body.toString()) !== null
  } catch {
    return false
  }
}

// `name[]` is another field than `name`: /account would keep the old name and say “Saved.”
const refuseLists: RequestHandler = (req, _res, next) => {
  const isList = Object.entries(req.body ?? {}).some(
    ([name, value]) => typeof value !== 'string' || name.includes('['),
  )
  next(isList ? new HttpError(400, 'a field is given twice, or as a list') : undefined)
}
