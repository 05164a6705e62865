import type { Head } from '../mail/messages.ts'
import type { Actor } from './events.ts'
import { displayNameOf } from './users.ts'

/** Whom an email is for. */
export type Reader = {
  name: string | null
  username: string
  language: string | null
  timeZone: string | null
}

/** How each email begins: for whom, and who had it sent. */
export function headOf(reader: Reader, { browser, ip = null }: Actor): Head {
  const { language, timeZone } = reader
  return { name: displayNameOf(reader), language, timeZone, browser, ip }
}

/** A reader who has set no language is written to in that of the visitor who asked: most ask for their own email. */
export function asAskedBy(by: Actor, reader: Reader): Reader {
  return { ...reader, language: reader.language ?? by.language ?? null }
}
