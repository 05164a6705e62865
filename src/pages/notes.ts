import { randomUUID } from 'node:crypto'
import type { NextFunction, Request, Response } from 'express'
import { z } from 'zod'
import { isVisible } from '../accounts/identifiers.ts'
import { blankForm, parseForm, rejectForm } from '../http/form.ts'
import { HttpError } from '../http/http-error.ts'
import type { Page } from '../http/page.ts'
import { addNote, changeNote, deleteNote, findNote, listNotes } from '../notes/notes.ts'
import { servicesOf } from '../services.ts'
import { type Key, text } from '../words/words.ts'

const Fields = z.object({
  title: z
    .string()
    .trim()
    .max(100, text('notes.too-long'))
    .refine(isVisible, text('notes.title-missing'))
    .regex(/^\P{Cc}*$/u, text('notes.control-characters')),
  body: z
    .string()
    .max(5_000, text('notes.too-long'))
    // PostgreSQL keeps no NUL.
    .regex(/^[\P{Cc}\r\n\t]*$/u, text('notes.control-characters'))
    .default(''),
})
const NewNote = Fields.extend({ id: z.uuid() })

export const notesPages: Page[] = [
  { path: '/notes', for: 'logged-in', get: [showNotes] },
  { path: '/notes/new', for: 'logged-in', get: [showBlank], post: [add] },
  { path: '/notes/:id', for: 'logged-in', get: [showNote], post: [change] },
  { path: '/notes/:id/delete', for: 'logged-in', post: [remove] },
]

async function showNotes(req: Request, res: Response) {
  const { auth, database } = servicesOf(req)
  res.render('notes', { notes: await listNotes(database, auth.loggedInUser(req).id) })
}

function showBlank(_req: Request, res: Response) {
  res.render('notes/new', { form: blankForm({ id: randomUUID() }) })
}

async function add(req: Request, res: Response, next: NextFunction) {
  const { auth, clock, database } = servicesOf(req)
  const form = parseForm(NewNote, req.body)
  if (!form.ok) return res.status(422).render('notes/new', { form: form.view })
  const userId = auth.loggedInUser(req).id
  const outcome = await addNote(database, { ...form.data, userId }, clock())
  if (outcome === 'added') return goBack(req, res, 'notes.added')
  if (outcome === null) return next(new HttpError(404))
  return res.status(422).render('notes/new', { form: rejectForm(form, '', 'notes.full').view })
}

async function showNote(req: Request, res: Response, next: NextFunction) {
  const note = await findNote(servicesOf(req).database, placeOf(req))
  if (!note) return next(new HttpError(404))
  const { title, body } = note
  res.render('notes/edit', { form: blankForm({ title, body }), id: note.id })
}

async function change(req: Request, res: Response, next: NextFunction) {
  const { clock, database } = servicesOf(req)
  const place = placeOf(req)
  const form = parseForm(Fields, req.body)
  if (!form.ok) return res.status(422).render('notes/edit', { form: form.view, id: place.id })
  const isChanged = await changeNote(database, place, { ...form.data, changedAt: clock() })
  return isChanged ? goBack(req, res, 'notes.changed') : next(new HttpError(404))
}

async function remove(req: Request, res: Response) {
  await deleteNote(servicesOf(req).database, placeOf(req))
  return goBack(req, res, 'notes.deleted')
}

// PostgreSQL fails on a path with a NUL in it, where SQLite finds nothing.
function placeOf(req: Request) {
  const id = z.uuid().safeParse(req.params.id)
  if (!id.success) throw new HttpError(404)
  return { id: id.data, userId: servicesOf(req).auth.loggedInUser(req).id }
}

function goBack(req: Request, res: Response, said: Key) {
  return servicesOf(req).redirectWith(req, res, '/notes', 'success', said)
}
