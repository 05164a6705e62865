// The floor: Express and Nunjucks render the pages of the others, without session, database or user.
import { join } from 'node:path'
import express from 'express'
import nunjucks from 'nunjucks'

const event = { words: 'Logged in', at: '2026-01-01T12:00:00.000Z', browser: 'Firefox on Linux' }
const user = { username: 'bench-1000001' }
const events = Array.from({ length: 5 }, () => event)
// As long as that of the tutorial.
const csrfToken = 'a1'.repeat(32)

const app = express()
nunjucks
  .configure(join(import.meta.dirname, 'views'), { autoescape: true, express: app })
  .addFilter('date', (text) => new Date(text).toUTCString())
app.set('view engine', 'njk')

app.get('/login', (_req, res) => {
  res.render('login', { title: 'Log in', csrfToken, rememberDays: 30 })
})
app.post('/login', (_req, res) => res.redirect('/dashboard'))
app.get('/dashboard', (_req, res) => {
  res.render('dashboard', { title: 'Dashboard', user, events, csrfToken })
})

app.listen(Number(process.env.PORT), '127.0.0.1')
