import { changeTogether } from '../database/change-together.ts'
import { type Database, type Note, whenTaken } from '../database/database.ts'

// An example of a resource that belongs to its user, meant to be copied. Each statement names the user:
// the id of another user's note finds nothing.

type NoteFields = { title: string; body: string }
type NotePlace = { id: string; userId: string }

/** What one user may keep: rows without a limit would fill the disk. */
export const MOST_NOTES = 200

/** The notes of a user, the latest change first. */
export function listNotes(database: Database, userId: string): Promise<Note[]> {
  const orderBy = [{ changedAt: 'desc' }, { id: 'asc' }] as const
  return database.note.findMany({ where: { userId }, orderBy: [...orderBy], take: MOST_NOTES })
}

export function findNote(database: Database, place: NotePlace): Promise<Note | null> {
  return database.note.findFirst({ where: place })
}

/** The id comes with the form, so that a form that is sent twice adds one note. Null where it is the id of another user's note. */
export async function addNote(
  database: Database,
  { id, userId, ...fields }: NotePlace & NoteFields,
  changedAt: Date,
): Promise<'added' | 'full' | null> {
  const others = { userId, id: { not: id } }
  const outcome = await changeTogether<'added' | 'full' | 'taken'>(database, async (tables) => {
    if ((await tables.note.count({ where: others })) >= MOST_NOTES) return 'full'
    await tables.note.create({ data: { id, userId, ...fields, changedAt } })
    return 'added'
  }).catch(whenTaken<'taken'>('taken'))
  if (outcome !== 'taken') return outcome
  return (await findNote(database, { id, userId })) ? 'added' : null
}

/** False where the user has no such note. */
export async function changeNote(
  database: Database,
  place: NotePlace,
  data: NoteFields & { changedAt: Date },
): Promise<boolean> {
  const { count } = await database.note.updateMany({ where: place, data })
  return count === 1
}

export async function deleteNote(database: Database, place: NotePlace): Promise<void> {
  await database.note.deleteMany({ where: place })
}
