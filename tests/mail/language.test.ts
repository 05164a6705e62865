import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TemplateName } from '../../src/mail/messages.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { doJobs } from '../support/jobs.ts'
import { logIn, type Person, registerVerified, userFields } from '../support/users.ts'

const site = await openTestApp()
const verified = await openTestApp({ REGISTRATION: 'verified' }, site)
const spanish = await openTestApp({ DEFAULT_LANGUAGE: 'es' }, site)
afterAll(async () => {
  await spanish.close()
})

function browseIn(language: string, app: TestApp = site): Browser {
  const browser = app.browse()
  browser.headers['Accept-Language'] = language
  return browser
}

/** The subjects of the mails to an email, as their readers get them, newest first. */
async function readSubjects(to: string, app: TestApp = site): Promise<string[]> {
  await doJobs(app)
  await app.services.mail.sender.sendDue()
  const sent = await app.services.mail.mailbox.list({ most: 50 })
  return sent.filter((mail) => mail.to === to).map(({ subject }) => subject)
}

async function register(language: string | null): Promise<Person> {
  const person = await registerVerified(site)
  const where = { username: person.username }
  await site.database.user.updateMany({ where, data: { language } })
  await site.database.outboxMessage.deleteMany()
  return person
}

describe('a mail to a user', () => {
  let ada: Person
  beforeAll(async () => {
    ada = await register('es')
  })

  test('who has just registered is in the language of the page', async () => {
    const fields = userFields()
    await browseIn('es').submit('/register', fields)

    expect(await readSubjects(fields.email)).toEqual(['Verifica tu correo electrónico'])
  })

  test('is in the language of the user, and not of the visitor who asks for it', async () => {
    await browseIn('en').submit('/forgot-password', { email: ada.email })

    expect(await readSubjects(ada.email)).toEqual(['Elige una nueva contraseña'])
  })

  test('about a new browser is in the language of the user, not in that of the browser', async () => {
    const person = await register('en')

    await logIn(browseIn('es'), person)

    expect(await readSubjects(person.email)).toEqual(['A new browser logged in to your account'])
  })

  test('whose email another person registers with is in the language of the user', async () => {
    const person = await register('es')

    await browseIn('en', verified).submit('/register', userFields({ email: person.email }))

    expect(await readSubjects(person.email, verified)).toEqual(['Ya tienes una cuenta'])
  })

  test('who has set no language is in that of the page where it was asked for', async () => {
    const person = await register(null)

    await browseIn('es').submit('/forgot-password', { email: person.email })

    expect(await readSubjects(person.email)).toEqual(['Elige una nueva contraseña'])
  })

  test('who has set no language is in DEFAULT_LANGUAGE, where another could have caused it', async () => {
    const person = await register(null)

    await logIn(browseIn('en', spanish), person)

    expect(await readSubjects(person.email, spanish)).toEqual([
      'Un navegador nuevo ha iniciado sesión en tu cuenta',
    ])
  })
})

describe('a mail before there is a user', () => {
  test('is in the language of the registration, also when it is asked for again', async () => {
    const fields = userFields()
    await browseIn('es', verified).submit('/register', fields)
    await browseIn('en', verified).submit('/resend-verification', { email: fields.email })

    expect(await readSubjects(fields.email, verified)).toEqual([
      'Verifica tu correo electrónico',
      'Verifica tu correo electrónico',
    ])
  })
})

describe('what waits in the outbox', () => {
  const READABLE: Partial<Record<TemplateName, RegExp>> = {
    'security-notice': /"mail\.notice\.new-device"/,
    'verify-email': /"language":"en"/,
  }

  test('holds keys, parameters and the language, and no words', async () => {
    const fields = userFields()
    await browseIn('en').submit('/register', fields)
    const where = { recipient: fields.email }
    await site.database.user.updateMany({
      where: { email: fields.email },
      data: { emailVerifiedAt: site.clock.now() },
    })
    await logIn(browseIn('en'), { ...fields, browser: site.browse() })

    const rows = await site.database.outboxMessage.findMany({ where })

    expect(rows.map(({ template }) => template).sort()).toEqual(Object.keys(READABLE).sort())
    for (const { template, data } of rows) {
      expect(data).toMatch(READABLE[template as TemplateName] ?? /never/)
      expect(data).not.toMatch(/Verify|new browser/)
    }
  })
})

test('a mail says from which browser and IP it was asked for', async () => {
  const ada = await register('en')
  await browseIn('en').submit('/forgot-password', { email: ada.email })
  await readSubjects(ada.email)

  const [mail] = await site.services.mail.mailbox.list({ most: 1 })

  expect(mail?.text).toContain('Browser: Firefox on Linux\n- IP: 127.0.0.1\n- Time: ')
})
