import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { changeTogether } from '../../src/database/change-together.ts'
import { MOST_NOTES } from '../../src/notes/notes.ts'
import { openTestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

async function addNote(browser: Browser, fields = { title: 'Buy tea', body: 'Green' }) {
  const page = await browser.follow(await browser.submit('/notes/new', fields))
  const [, id = ''] = /href="\/notes\/([\w-]{36})"/.exec(page.text) ?? []
  return { page, id }
}

describe('/notes', () => {
  test('says that there are none yet, and where to begin', async () => {
    const { browser } = await register(site)

    const { text } = await browser.visit('/notes')

    expect(text).toContain('You have no notes yet.')
    expect(text).toContain('href="/notes/new"')
  })

  test('lists the notes of its user, the latest change first', async () => {
    const { browser } = await register(site)
    await addNote(await register(site).then((other) => other.browser))
    const { id } = await addNote(browser, { title: 'First', body: '' })
    site.clock.advance(1000)
    await addNote(browser, { title: 'Second', body: '' })
    site.clock.advance(1000)
    await browser.submit(`/notes/${id}`, { title: 'First again', body: '' })

    const { text } = await browser.visit('/notes')

    const titles = [...text.matchAll(/href="\/notes\/[\w-]{36}">([^<]+)</g)].map(
      ([, title]) => title,
    )
    expect(titles).toEqual(['First again', 'Second'])
  })

  test('sends visitors to log in', async () => {
    for (const path of ['/notes', '/notes/new', `/notes/${randomUUID()}`]) {
      const { headers } = await site.browse().visit(path)
      expect(headers.location).toBe(`/login?next=${encodeURIComponent(path)}`)
    }
  })
})

describe('/notes/new', () => {
  test('adds a note, and says so', async () => {
    const { browser } = await register(site)

    const { page } = await addNote(browser)

    expect(page.text).toContain('The note was added.')
    expect(page.text).toContain('Buy tea')
  })

  test('adds one note when its button is pressed twice', async () => {
    const { browser } = await register(site)
    const _csrf = await browser.takeToken('/notes/new')
    const fields = { _csrf, id: randomUUID(), title: 'Once', body: '' }

    const both = [browser.post('/notes/new', fields), browser.post('/notes/new', fields)]
    const statuses = (await Promise.all(both)).map(({ status }) => status)

    expect(statuses).toEqual([303, 303])
    expect((await browser.visit('/notes')).text.match(/Once/g)).toHaveLength(1)
  })

  test('keeps what was typed when the title is missing or too long', async () => {
    const { browser } = await register(site)

    const blank = await browser.submit('/notes/new', { title: '  ', body: 'kept <b>text</b>' })
    const long = await browser.submit('/notes/new', { title: 'x'.repeat(101), body: '' })

    expect([blank.status, long.status]).toEqual([422, 422])
    expect(blank.text).toContain('Give the note a title.')
    expect(blank.text).toContain('kept &lt;b&gt;text&lt;/b&gt;</textarea>')
    expect(long.text).toContain('This is too long')
  })

  test.each([
    ['a NUL in the title', { title: 't\0x', body: '' }],
    ['a NUL in the text', { title: 't', body: '\0' }],
    ['a title that shows nothing', { title: '\u3164', body: '' }],
    ['a title that turns letters around', { title: '\u202e', body: '' }],
  ])('refuses %s', async (_what, fields) => {
    const { browser } = await register(site)
    const { id } = await addNote(browser)

    const answers = [
      await browser.submit('/notes/new', fields),
      await browser.submit(`/notes/${id}`, fields),
    ]

    expect(answers.map(({ status }) => status)).toEqual([422, 422])
  })

  test('refuses a note more than a user can keep', async () => {
    const { browser, username } = await register(site)
    const { id: userId } = await site.database.user.findFirstOrThrow({ where: { username } })
    const changedAt = site.clock.now()
    const rows = Array.from({ length: MOST_NOTES }, () => ({ id: randomUUID(), userId }))
    const data = rows.map((row) => ({ ...row, title: 'one of many', body: '', changedAt }))
    await changeTogether(site.database, (tables) => tables.note.createMany({ data }))

    const { status, text } = await browser.submit('/notes/new', { title: 'One more', body: '' })

    expect(status).toBe(422)
    expect(text).toContain('Delete one first.')
  })

  test('refuses a form without its token', async () => {
    const { browser } = await register(site)

    expect((await browser.post('/notes/new', { id: randomUUID(), title: 'x' })).status).toBe(403)
  })
})

describe('/notes/:id', () => {
  test('shows a note, a leading line break included, and saves what was changed', async () => {
    const { browser } = await register(site)
    const { id } = await addNote(browser, { title: 'Old', body: '\r\nGreen' })
    const shown = await browser.visit(`/notes/${id}`)

    const saved = await browser.follow(
      await browser.submit(`/notes/${id}`, { title: 'New', body: 'Black' }),
    )

    expect(shown.text).toContain('rows="8">\n\r\nGreen</textarea>')
    expect(saved.text).toContain('The note was saved.')
    const { text } = await browser.visit(`/notes/${id}`)
    expect([text.includes('value="New"'), text.includes('Black</textarea>')]).toEqual([true, true])
  })

  test('is unknown to every other user, who can neither read, change nor delete it', async () => {
    const [ada, bob] = [await register(site), await register(site)]
    const { id } = await addNote(ada.browser)
    const _csrf = await bob.browser.takeToken('/notes/new')

    const answers = [
      await bob.browser.visit(`/notes/${id}`),
      await bob.browser.post(`/notes/${id}`, { _csrf, title: 'Mine', body: '' }),
    ]
    await bob.browser.post(`/notes/${id}/delete`, { _csrf })
    answers.push(await bob.browser.post('/notes/new', { _csrf, id, title: 'Mine', body: '' }))

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404])
    expect((await ada.browser.visit(`/notes/${id}`)).text).toContain('value="Buy tea"')
    expect((await bob.browser.visit('/notes')).text).toContain('You have no notes yet.')
  })

  test('is 404 for what is no id', async () => {
    const { browser } = await register(site)

    for (const id of ['1', '%00', 'x'.repeat(300)])
      expect((await browser.visit(`/notes/${id}`)).status).toBe(404)
  })
})

describe('/notes/:id/delete', () => {
  test('deletes a note, and a second press finds it deleted', async () => {
    const { browser } = await register(site)
    const { id } = await addNote(browser)
    const _csrf = await browser.takeToken(`/notes/${id}`)

    for (const _press of [1, 2]) {
      const page = await browser.follow(await browser.post(`/notes/${id}/delete`, { _csrf }))
      expect(page.text).toContain('The note was deleted.')
    }
    expect((await browser.visit(`/notes/${id}`)).status).toBe(404)
  })
})

test('notes are exported with the account, and erased with it', async () => {
  const { browser, username } = await register(site)
  await addNote(browser)

  const { text } = await browser.submit('/account', {}, '/account/export')
  await site.database.user.deleteMany({ where: { username } })

  expect(JSON.parse(text).notes).toMatchObject([{ title: 'Buy tea', body: 'Green' }])
  expect(await site.database.note.count({ where: { title: 'Buy tea', user: { username } } })).toBe(
    0,
  )
})
