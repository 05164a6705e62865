import { describe, expect, test } from 'vitest'
import { createLoginApp } from '../support/login-app.ts'

describe('logOut', () => {
  test('21. makes the visitor anonymous in the very request that logged in', async () => {
    const { browse, people } = createLoginApp({
      addPages(app, manager) {
        app.post('/in-and-out', async (req, res) => {
          const notch = people.get('1')
          if (notch) await manager.logIn(req, res, notch)
          const before = manager.currentUser(req)?.name
          await manager.logOut(req, res)
          res.json({ before, after: manager.currentUser(req) })
        })
      },
    })

    const res = await browse().post('/in-and-out')

    expect(res.body).toEqual({ before: 'Notch', after: null })
  })

  test('22. emits loggedOut once, with the user who was logged in', async () => {
    const { browse, heard } = createLoginApp()
    const browser = browse()
    await browser.logIn(1)

    await browser.logOut()

    expect(heard('loggedOut')).toMatchObject([{ user: { name: 'Notch' } }])
  })

  test('23. emits loggedOut once when the session names no user any more, and is no error', async () => {
    const { browse, heard } = createLoginApp({
      addPages(app, manager) {
        app.post('/forget-and-log-out', async (req, res) => {
          delete req.session.passport
          await manager.logOut(req, res)
          res.send('out')
        })
      },
    })
    const browser = browse()
    await browser.logIn(1)

    const res = await browser.post('/forget-and-log-out')

    expect(res.text).toBe('out')
    expect(heard('loggedOut')).toHaveLength(1)
  })
})
