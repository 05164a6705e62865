import nunjucks from 'nunjucks'
import { resolveInProject } from '../project.ts'
import { UNKNOWN_BROWSER } from '../words/browser-labels.ts'
import { formatDuration, timesIn } from '../words/times.ts'
import { type Catalogue, type Key, readText, type Text, type Words } from '../words/words.ts'
import { endOfUse, KINDS, type Message } from './messages.ts'

/** An email, ready to send; link is the one URL in it. */
export type MailText = { subject: string; text: string; html: string; link: string }

export type Render = (message: Message, writtenAt: Date) => MailText

export type RenderOptions = {
  appName: string
  appUrl: string
  catalogue: Catalogue
  defaultLanguage: string
  /** Whether templates are compiled once, rather than for each message. */
  keepsViews?: boolean
  linkUrl: (linkId: string, path: string) => string
  /** A browser as visits describe it, in the words of a language. */
  sayBrowser: (described: string, words: Words) => string
}

export function createRenderer(options: RenderOptions): Render {
  const { catalogue, defaultLanguage, keepsViews } = options
  const noCache = keepsViews === false
  const text = openTemplates({ autoescape: false, noCache })
  const html = openTemplates({ autoescape: true, noCache })
  return (message, writtenAt) => {
    const words = catalogue.wordsOf(message.language ?? defaultLanguage)
    const context = describe(message, writtenAt, { ...options, words })
    return {
      subject: context.subject,
      text: text.render('mail/text.njk', context),
      html: html.render('mail/html.njk', context).trimStart(),
      link: context.url,
    }
  }
}

function openTemplates({ autoescape, noCache }: Record<'autoescape' | 'noCache', boolean>) {
  const loader = new nunjucks.FileSystemLoader(resolveInProject('views'), { noCache })
  return new nunjucks.Environment(loader, { autoescape, throwOnUndefined: true })
}

type Described = RenderOptions & { words: Words }

function describe(message: Message, writtenAt: Date, options: Described) {
  const { appName, words } = options
  const { say, language } = words
  const wording = wordingOf(message)
  const subject = say(wording.subject)
  const name = withoutLinks(message.name)
  const params = { appName, ...paramsOf(message, language) }
  return {
    ...{ appName, language, subject, t: say },
    greeting: name ? say('mail.greeting', { name }) : say('mail.greeting-without-name'),
    what: say(wording.what, params),
    action: say(wording.action, params),
    otherwise: say(wording.otherwise, params),
    url: urlOf(message, options),
    linkWorks: sayHowLong(message, writtenAt, words),
    facts: listFacts(message, writtenAt, options),
  }
}

/** The texts of an email, in no language yet. No subject holds what a visitor typed. */
type Wording = { subject: Text; what: Key; action: Key; otherwise: Key }

function wordingOf(message: Message): Wording {
  const variant = variantOf(message)
  const subject =
    message.template === 'security-notice'
      ? readText(message.words)
      : (`mail.${message.template}.subject` as const)
  return {
    subject,
    what: `mail.${variant}.what`,
    action: `mail.${variant}.action`,
    otherwise: `mail.${variant}.otherwise`,
  }
}

// Two templates have more than one wording.
function variantOf(message: Message) {
  if (message.template === 'email-changed' && !message.linkId) return 'email-changed-unverified'
  if (message.template !== 'security-notice') return message.template
  if (message.endsWayBack) return 'security-notice-former'
  return message.isTheft ? 'security-notice-theft' : 'security-notice'
}

function paramsOf(message: Message, language: string): Record<string, string> {
  if (message.template === 'email-changed') return { newEmail: plainText(message.newEmail) }
  if (message.template !== 'deletion-scheduled') return {}
  const due = new Date(message.deletionDueAt)
  return { deletionDue: timesIn(language, message.timeZone).exact(due) }
}

function linkIdOf(message: Message): string | null {
  return ('linkId' in message && message.linkId) || null
}

function urlOf(message: Message, { appUrl, linkUrl }: RenderOptions): string {
  const { path, lasts } = KINDS[message.template]
  const linkId = linkIdOf(message)
  if (linkId !== null) return linkUrl(linkId, path)
  return appUrl + (lasts === null ? path : '/')
}

function sayHowLong(message: Message, writtenAt: Date, { say, language }: Words): string | null {
  const { lasts } = KINDS[message.template]
  const end = endOfUse(message.template, writtenAt)
  if (linkIdOf(message) === null || lasts === null || end === null) return null
  const until = timesIn(language, message.timeZone).exact(end)
  return say('mail.link-works', { duration: formatDuration(lasts, language), until })
}

/** From where the email was caused, and when. */
function listFacts(message: Message, writtenAt: Date, { words, sayBrowser }: Described): string[] {
  const { say, language } = words
  const { browser = '', ip, timeZone } = message
  const known = sayBrowser(withoutLinks(browser) || UNKNOWN_BROWSER, words)
  const time = timesIn(language, timeZone).exact(writtenAt)
  return [
    say('mail.browser', { browser: known }),
    ...(ip ? [say('mail.ip', { ip })] : []),
    say('mail.time', { time }),
  ]
}

// A registration with the email of another person makes us write to them: a name, or a browser's name for
// itself, must not make that an advertisement with a link to click on.

// On one line, without characters that turn the direction of the words around it.
function plainText(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim()
}

const LONGEST_NAME = 60

// Null if it is longer than a name, or a mail program could make a link of it.
function withoutLinks(text: string): string | null {
  const plain = plainText(text)
  const isLinkLike = /[:/\\@<>]|\.[^\s.]|www/iu.test(plain)
  return isLinkLike || [...plain].length > LONGEST_NAME ? null : plain
}
