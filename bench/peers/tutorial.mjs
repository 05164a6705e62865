// Express as good tutorials teach it: express-session with rows in the database, Passport, a CSRF token
// in the session, Nunjucks.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import bcrypt from 'bcrypt'
import express from 'express'
import session from 'express-session'
import nunjucks from 'nunjucks'
import passport from 'passport'
import { Strategy as LocalStrategy } from 'passport-local'
import { openDatabase } from './tutorial-database.mjs'

const database = await openDatabase(process.env.DATABASE_URL)

passport.use(
  new LocalStrategy(async (username, password, done) => {
    try {
      const user = await database.findUserByName(username)
      const isRight = user && (await bcrypt.compare(password, user.hash))
      done(null, isRight ? user : false)
    } catch (error) {
      done(error)
    }
  }),
)
passport.serializeUser((user, done) => done(null, user.id))
passport.deserializeUser(async (id, done) => {
  try {
    done(null, (await database.findUser(id)) ?? false)
  } catch (error) {
    done(error)
  }
})

const app = express()
nunjucks
  .configure(join(import.meta.dirname, 'views'), { autoescape: true, express: app })
  .addFilter('date', (text) => new Date(text).toUTCString())
app.set('view engine', 'njk')

app.use(express.urlencoded({ extended: false }))
app.use(
  session({
    name: 'session',
    secret: 'only for this benchmark',
    store: database.sessionStore,
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax', maxAge: 30 * 60 * 1000 },
  }),
)
app.use(passport.session())
app.use((req, res, next) => {
  const isPost = req.method === 'POST'
  if (isPost && (!req.session.csrfToken || req.body._csrf !== req.session.csrfToken)) {
    return res.status(403).send('Forbidden')
  }
  req.session.csrfToken ??= randomBytes(32).toString('hex')
  res.locals.csrfToken = req.session.csrfToken
  res.locals.user = req.user
  next()
})

app.get('/login', (_req, res) => {
  res.render('login', { title: 'Log in', rememberDays: 30 })
})
app.post(
  '/login',
  passport.authenticate('local', { successRedirect: '/dashboard', failureRedirect: '/login' }),
)
app.post('/logout', (req, res, next) => {
  req.logout((error) => (error ? next(error) : res.redirect('/login')))
})
app.get('/dashboard', async (req, res) => {
  if (!req.isAuthenticated()) return res.redirect('/login')
  const events = await database.listEvents(req.user.id)
  res.render('dashboard', { title: 'Dashboard', events })
})

app.listen(Number(process.env.PORT), '127.0.0.1')
